import type { AddPrincipalInput } from '../../../admin/language/add-principal.ts'
import { VERBS } from '../../../admin/language/index.ts'
import type { PrincipalWords } from '../../../admin/language/principal-words.ts'
import type { PrincipalChange } from '../../../admin/language/records.ts'
import { QueryError } from '../../../admin/query/query-error.ts'
import { encodeText } from '../../../core/bytes/text.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { type Principal, unparsePrincipal } from '../../../core/principal/principal.ts'
import { Secret } from '../../../core/secret/secret.ts'
import { askPassword } from '../ask.ts'
import { shown } from '../names.ts'
import { IF_NOT_EXISTS } from '../own-options.ts'
import { type Request, step, type Talk } from '../talk.ts'
import { policyExists, warnOfPolicy } from './policy-exists.ts'

const verb = VERBS.addPrincipal

export const addPrincipal: Request = {
  names: verb.names,
  about: verb.about,
  usage: verb.usage,
  options: verb.options!,
  flags: true,
  operands: [{ name: 'principal', kind: 'new' }],
  own: [
    IF_NOT_EXISTS,
    { name: 'from', value: 'FILE', doc: 'add a principal for each JSON object, one a line, of FILE, or of standard input for -' },
  ],
  ahead: (words, { own, reading }) => {
    if (own.has('from')) return undefined
    const read = verb.read(words, reading())
    return asksPassword(read) ? undefined : { subject: shown(read.principal), run: talk => add(read, talk) }
  },
  run: async (words, talk) => {
    const file = talk.own.get('from')
    if (file === '-' && talk.listening)
      throw new QueryError('add_principal: --from - is for the command line: standard input holds the requests\n')
    if (file !== undefined) return (await import('../bulk/add-principals.ts')).addPrincipalsFrom(file, words, talk)
    return add(verb.read(words, talk.reading()), talk)
  },
}

async function add(read: PrincipalWords, talk: Talk): Promise<object> {
  const name = shown(read.principal)
  if (talk.own.has('if-not-exists') && asksPassword(read)) await refuseExisting(read.principal, name, talk)
  const policy = await choosePolicy(read, name, talk)
  const change: PrincipalChange = {
    ...read.change,
    ...(policy === undefined ? {} : { policy }),
    // Neither is anything that a creation can be asked for, which is for the database to say.
    ...(read.policyTakenBack || read.unlock ? { failAuthCount: 0 } : {}),
  }
  const keys = await chooseKeys(read, name, talk)
  try {
    const input = { principal: read.principal, change, keySalts: read.keySalts, keys }
    await step('add_principal', `while creating "${name}".`, () => talk.api.call(verb, input))
  } finally {
    if (keys.from === 'password') keys.password.wipe()
  }
  talk.info(`Principal "${name}" created.\n`)
  return { created: unparsePrincipal(read.principal), policy: policy ?? null, changed: true }
}

function asksPassword({ noKey, randomKey, password }: PrincipalWords): boolean {
  return !noKey && !randomKey && password === undefined
}

/** Nobody is asked for the password of somebody who is there already. Who may not look is asked. */
async function refuseExisting(principal: Principal, name: string, { api }: Talk): Promise<void> {
  const there = await api.call(VERBS.getPrincipal, { principal }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof KrbError) return false
      throw error
    },
  )
  if (!there) return
  await step('add_principal', `while creating "${name}".`, () => Promise.reject(new KrbError('KADM5_DUP')))
}

/** The policy called `default` goes to everybody who asks neither for another nor for none. */
async function choosePolicy(words: PrincipalWords, name: string, talk: Talk): Promise<string | undefined> {
  await warnOfPolicy(words, talk)
  if (words.change.policy !== undefined) return words.change.policy
  if (words.clearPolicy) return undefined
  const exists = await policyExists('default', talk)
  if (!talk.script) talk.warn(`No policy specified for ${name}; ${exists ? 'assigning "default"' : 'defaulting to no policy'}\n`)
  return exists ? 'default' : undefined
}

function chooseKeys(
  { noKey, randomKey, password }: PrincipalWords,
  name: string,
  { env }: Talk,
): AddPrincipalInput['keys'] | Promise<AddPrincipalInput['keys']> {
  if (noKey) return { from: 'nothing' }
  if (randomKey) return { from: 'random' }
  if (password !== undefined) return { from: 'password', password: new Secret(encodeText(password)) }
  return askKeys(name, env)
}

async function askKeys(name: string, env: Talk['env']): Promise<AddPrincipalInput['keys']> {
  const password = await step('add_principal', `while reading password for "${name}".`, () => askPassword(name, env))
  return { from: 'password', password }
}
