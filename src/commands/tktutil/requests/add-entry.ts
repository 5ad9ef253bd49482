import { fromHex } from '../../../core/bytes/bytes.ts'
import type { Key } from '../../../core/crypto/etype.ts'
import { during, KrbError } from '../../../core/errors/krb-error.ts'
import { displayText } from '../../../core/principal/display.ts'
import { defaultSalt, type Principal, unparsePrincipal } from '../../../core/principal/principal.ts'
import { type EtypeId, etypeName } from '../../../core/registry/etype.ts'
import { Secret } from '../../../core/secret/secret.ts'
import type { ClientContext } from '../../../kdc-client/context.ts'
import type { HeldPassword } from '../../../kdc-client/held-password.ts'
import type { KeyTerms } from '../../../kdc-client/preauth/preauth.ts'
import { Complaint, type Request, type Session } from '../request.ts'
import { type NewKeys, readAddWords } from './add-words.ts'

export const addEntry: Request = {
  names: ['add_entry', 'addent'],
  about: 'Add an entry to the current keylist.',
  run: (words, session, called) =>
    during('adding new entry', async () => {
      const { config, direct, env, list } = session
      const wanted = readAddWords(words, { defaultRealm: config.defaultRealm, direct }, called)
      const { kvno, keys } = wanted.from === 'password' ? await byPassword(wanted, session) : await byHand(wanted, session)
      const { principal } = wanted
      const timestamp = env.clock.now().seconds
      await list.add(keys.map(key => ({ principal, kvno, timestamp, key })))
      const added = keys.map(key => ({ principal: unparsePrincipal(principal), kvno, etype: etypeName(key.etype) }))
      return { json: { added } }
    }),
}

interface Made {
  readonly kvno: number
  readonly keys: readonly Key[]
}

/** The password is asked for before the KDC is. */
async function byPassword(wanted: NewKeys, session: Session): Promise<Made> {
  const { account } = wanted
  using held = await session.password(account)
  await held.password(account)
  const terms = await termsOf(wanted, session)
  const source = held.source()
  try {
    const keys: Key[] = []
    for (const each of terms) {
      const { etype, value } = await source.key(account, each)
      keys.push({ etype, value: value.use(octets => Secret.copyOf(octets)) })
    }
    return { kvno: wanted.kvno ?? (await kvnoOfKdc(account, held, await session.kdc())), keys }
  } finally {
    source.wipe()
  }
}

async function termsOf({ principal, account, etypes, salt }: NewKeys, session: Session): Promise<readonly KeyTerms[]> {
  if (salt !== 'of-kdc') {
    const octets = salt === 'of-name' ? defaultSalt(principal) : salt
    return (etypes as readonly EtypeId[]).map(etype => ({ etype, salt: octets, s2kparams: undefined }))
  }
  const { keyTermsOf } = await import('../../../kdc-client/key-terms.ts')
  const kdc = await session.kdc()
  if (etypes === 'best') return [await keyTermsOf(account, undefined, kdc)]
  if (etypes === 'all') return allTerms(account, kdc)
  const terms: KeyTerms[] = []
  for (const etype of etypes) terms.push(await keyTermsOf(account, [etype], kdc))
  return terms
}

/** One question per enctype: a KDC need not name more than one in an answer. */
async function allTerms(account: Principal, kdc: ClientContext): Promise<readonly KeyTerms[]> {
  const { defaultTktEnctypes } = await import('../../../core/config/enctypes.ts')
  const permitted = defaultTktEnctypes(kdc.config)
  const terms: KeyTerms[] = []
  for (const etype of permitted) {
    // Alone first, since some KDCs name the enctype that they like best; then beside others, which may be wanted for the session key.
    for (const asked of [[etype], [etype, ...permitted.filter(other => other !== etype)]]) {
      const heard = await termsIfAny(account, asked, kdc)
      if (heard === undefined) continue
      if (heard.etype === etype) terms.push(heard)
      break
    }
  }
  if (terms.length === 0) throw new KrbError('KRB5KDC_ERR_ETYPE_NOSUPP')
  return terms
}

/** undefined when the KDC has no key of these enctypes. */
async function termsIfAny(account: Principal, etypes: readonly EtypeId[], kdc: ClientContext): Promise<KeyTerms | undefined> {
  const { keyTermsOf } = await import('../../../kdc-client/key-terms.ts')
  try {
    return await keyTermsOf(account, etypes, kdc)
  } catch (error) {
    if (error instanceof KrbError && (error.code === 'KRB5KDC_ERR_ETYPE_NOSUPP' || error.code === 'KRB5_CONFIG_ETYPE_NOSUPP'))
      return undefined
    throw error
  }
}

/** By a log-in, which shows at the same time that the password is right. */
async function kvnoOfKdc(client: Principal, held: HeldPassword, kdc: ClientContext): Promise<number> {
  const { initialCredentials } = await import('../../../kdc-client/initial.ts')
  const { ticketForSelf } = await import('../../../kdc-client/keytab-check/ticket-evidence.ts')
  const granted = await initialCredentials({ client, keySource: held.source() }, kdc)
  const kvno = granted.replyKvno ?? (await ticketForSelf(granted, kdc))?.kvno
  if (kvno !== undefined) return kvno
  throw new KrbError('KRB5_KT_KVNONOTFOUND', {}, { text: 'The KDC does not say the version of the key', hints: ['give it with -k'] })
}

/** Digits as MIT's takes them, an odd one completed with a 0; on the command line they must be a key of the enctype. */
async function byHand({ principal, kvno, etypes }: NewKeys, { env, direct }: Session): Promise<Made> {
  const line = await env.prompter.line(`Key for ${displayText(unparsePrincipal(principal))} (hex): `)
  const digits = line?.replace(/\r$/, '') ?? ''
  if (digits === '') throw new Complaint('addent: Error reading key.')
  const octets = fromHex(digits.length % 2 === 0 || direct ? digits : `${digits}0`)
  if (octets === undefined) throw new Complaint('addent: Illegal character in key.')
  const etype = typeof etypes === 'string' ? 0 : etypes[0]!
  if (direct) await checkKey(etype, octets)
  return { kvno: kvno!, keys: [{ etype, value: new Secret(octets) }] }
}

async function checkKey(etype: EtypeId, octets: Uint8Array): Promise<void> {
  const { requireEtype } = await import('../../../core/crypto/etypes/index.ts')
  if (octets.length !== requireEtype(etype).keyBytes) throw new KrbError('KRB5_BAD_KEYSIZE', { etype: etypeName(etype) })
}
