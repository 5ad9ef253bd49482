import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { QueryError } from '../../../admin/query/query-error.ts'
import { type AgreedHalf, readAgreement } from '../../../admin/trust/agreement.ts'
import { DIRECTIONS, type Direction } from '../../../admin/trust/halves.ts'
import { instructions } from '../../../admin/trust/instructions.ts'
import { enterHalf, type JoinedHalf, type Joining, joinDatabases, planHalves } from '../../../admin/trust/join.ts'
import { generatedPassword } from '../../../admin/trust/keys.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { ERRORS, type ErrorCode } from '../../../core/errors/tables/index.ts'
import { displayText } from '../../../core/principal/display.ts'
import { unparsePrincipal } from '../../../core/principal/principal.ts'
import { etypeName } from '../../../core/registry/etype.ts'
import type { Secret } from '../../../core/secret/secret.ts'
import { askChoice, askText, canAsk } from '../../ask.ts'
import { trustEtypes } from '../../trust/etypes.ts'
import { isProved, reportJson, reportText } from '../../trust/explain.ts'
import { askTwice } from '../ask.ts'
import { TRUST_USAGE } from '../requests/trust.ts'
import { step, type Talk } from '../talk.ts'
import { otherSide } from './other-side.ts'
import { proof } from './proof.ts'
import { oneWay, refuseRealm } from './words.ts'

/**
 * Makes our entries, and where the keys come from decides about theirs: with `--other` they are made too; with `--from`, `--ask` or
 * `--password-file` the other administrator has made them; otherwise he is told what to enter.
 */
export async function addTrust(named: string | undefined, talk: Talk): Promise<object> {
  const { realm, asked } = named === undefined ? await questions(talk) : { realm: named, asked: undefined }
  const way = wayOf(talk)
  const run = () => joiningOf(realm, asked, talk).then(joining => WAYS[way](joining, talk))
  return step('trust', `while adding the trust with ${realm}`, run)
}

type Way = 'both' | 'agreed' | 'chosen' | 'generated'

function wayOf({ own }: Talk): Way {
  const given = SOURCES.filter(([option]) => own.has(option))
  if (given.length > 1) throw new QueryError(`trust: ${given.map(([option]) => `--${option}`).join(' and ')} exclude each other\n`)
  const way = given[0]?.[1] ?? 'generated'
  const misplaced = way === 'generated' ? undefined : ['same-password'].find(option => own.has(option))
  if (misplaced !== undefined) throw new QueryError(`trust: --${misplaced} is for passwords that are generated\n`)
  if (own.has('kvno') && way !== 'chosen') throw new QueryError('trust: --kvno goes with --ask or --password-file\n')
  return way
}

async function joiningOf(realm: string, asked: readonly Direction[] | undefined, { own }: Talk): Promise<Joining> {
  const directions = oneWay(own) ?? asked ?? DIRECTIONS
  return { realm, directions, etypes: trustEtypes(own.get('etypes')), replace: own.has('replace') }
}

/** Both databases are at hand: random keys, and the proof. */
async function addBoth(joining: Joining, talk: Talk): Promise<object> {
  const other = await otherSide(joining.realm, talk)
  if (other === undefined) throw new Error('no other side')
  try {
    const joined = await joinDatabases(joining, talk.api, other, length => talk.env.random(length))
    said(joined, 'in both databases', talk)
    const report = await proof(joining.realm, { expected: joining.directions, other }, talk)
    talk.print(reportText(report))
    return { ...changed(joining, joined), both: true, proof: reportJson(report), proved: isProved(report) }
  } finally {
    await other.close()
  }
}

/** Out of the file that the other administrator has got from his tkadmin. */
async function addAgreed({ realm, replace }: Joining, talk: Talk): Promise<object> {
  const file = await talk.env.files.read(talk.own.get('from')!, { maxBytes: LONGEST_FILE })
  let halves: ReturnType<typeof readAgreement> = []
  try {
    const all = readAgreement(file, talk.api.realm, realm)
    const wanted = oneWay(talk.own)
    halves = all.filter(({ direction }) => wanted?.includes(direction) ?? true)
    if (!replace) await planHalves({ realm, directions: halves.map(({ direction }) => direction), etypes: [], replace }, talk.api)
    for (const half of halves) await enterHalf(half, half.password, replace, talk.api)
  } finally {
    file.fill(0)
    for (const { password } of halves) password.wipe()
  }
  said(halves, `in the database of ${talk.api.realm}`, talk)
  return { ...changed({ realm }, halves), both: false }
}

/** A password that the other administrator has chosen, for every direction. */
async function addChosen(joining: Joining, talk: Talk): Promise<object> {
  const kvno = kvnoOf(talk)
  const halves = (await planHalves(joining, talk.api)).map(half => (kvno === undefined ? half : { ...half, kvno }))
  using password = await chosenPassword(joining.realm, talk)
  for (const half of halves) await enterHalf(half, password, joining.replace, talk.api)
  said(halves, `in the database of ${talk.api.realm}`, talk)
  return { ...changed(joining, halves), both: false }
}

/** New passwords, and what the other administrator has to do with them. The file is there before anything is changed. */
async function addGenerated(joining: Joining, talk: Talk): Promise<object> {
  const { api, own, env } = talk
  const planned = await planHalves(joining, api)
  const fresh = () => generatedPassword(length => env.random(length))
  const shared = own.has('same-password') ? fresh() : undefined
  const halves: readonly AgreedHalf[] = planned.map(half => ({ ...half, password: shared ?? fresh() }))
  const text = instructions(api.realm, joining.realm, halves)
  try {
    const path = own.has('show-secret')
      ? undefined
      : (own.get('instructions') ?? `trust-${api.realm}-${joining.realm}.txt`.replaceAll('/', '_'))
    if (path === undefined && talk.json) throw new KrbError('EINVAL', {}, { text: '--show-secret and --json exclude each other' })
    if (path !== undefined) writeNew(path, text)
    let entered = 0
    try {
      for (; entered < halves.length; entered++) await enterHalf(halves[entered]!, halves[entered]!.password, joining.replace, api)
    } catch (error) {
      // Passwords that are in use are in no other place.
      if (path !== undefined && entered === 0) unlinkSync(path)
      throw error
    }
    said(halves, `in the database of ${api.realm}`, talk)
    if (path === undefined) talk.print(new TextDecoder('latin1').decode(text))
    else
      talk.info(
        `What the administrator of ${joining.realm} has to enter is in ${displayText(path)}, with passwords: hand it over safely.\n`,
      )
    return { ...changed(joining, halves), both: false, instructions: path ?? null }
  } finally {
    text.fill(0)
    for (const { password } of halves) password.wipe()
  }
}

/** O_EXCL: neither an older file nor a link that somebody has put there. */
function writeNew(path: string, content: Uint8Array): void {
  try {
    const fd = openSync(path, 'wx', 0o600)
    try {
      writeSync(fd, content)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!(code in ERRORS)) throw error
    throw new KrbError(code as ErrorCode, { path }, { doing: `writing ${path}`, cause: error })
  }
}

async function chosenPassword(realm: string, { env, own, api }: Talk): Promise<Secret> {
  const path = own.get('password-file')
  if (path !== undefined) return (await import('../../../platform/password-input.ts')).passwordFromFile(path)
  const what = `the trust of ${api.realm} and ${realm}`
  return askTwice(`Password for ${what}`, `Password for ${what} again`, env)
}

function kvnoOf({ own }: Talk): number | undefined {
  const text = own.get('kvno')
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > 0xffff) throw new QueryError('trust: --kvno is a number from 1 to 65535\n')
  return Number(text)
}

/** A person who has named no realm is asked. */
async function questions(talk: Talk): Promise<{ readonly realm: string; readonly asked: readonly Direction[] }> {
  if (talk.json || !canAsk()) throw new QueryError(TRUST_USAGE)
  const realm = await askText('Realm to trust')
  refuseRealm(realm, talk)
  const { realm: ours } = talk.api
  const choices = ['both ways', `users of ${ours} reach services of ${realm}`, `users of ${realm} reach services of ${ours}`]
  const choice = talk.own.has('one-way') ? 0 : choices.indexOf(await askChoice('Who reaches what', choices))
  return { realm, asked: choice === 0 ? DIRECTIONS : [choice === 1 ? 'out' : 'in'] }
}

function said(halves: readonly JoinedHalf[], where: string, talk: Talk): void {
  const lines = halves.map(half => {
    const keys = half.etypes.map(etypeName).join(', ')
    return `Principal "${displayText(unparsePrincipal(half.principal))}" ${where}: kvno ${half.kvno}, ${keys}.\n`
  })
  talk.info(lines.join(''))
}

function changed({ realm }: Pick<Joining, 'realm'>, halves: readonly JoinedHalf[]): object {
  const entered = halves.map(({ principal, kvno, etypes }) => ({
    principal: unparsePrincipal(principal),
    kvno,
    etypes: etypes.map(etypeName),
  }))
  return { realm, halves: entered, changed: true }
}

const WAYS: Readonly<Record<Way, (joining: Joining, talk: Talk) => Promise<object>>> = {
  both: addBoth,
  agreed: addAgreed,
  chosen: addChosen,
  generated: addGenerated,
}

/** Where the keys come from. */
const SOURCES: readonly (readonly [string, Way])[] = [
  ['other', 'both'],
  ['other-admin', 'both'],
  ['from', 'agreed'],
  ['ask', 'chosen'],
  ['password-file', 'chosen'],
  ['instructions', 'generated'],
  ['show-secret', 'generated'],
]

const LONGEST_FILE = 65536
