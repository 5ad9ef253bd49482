import type { Ccache } from '../../../core/ccache/ccache.ts'
import { resolveCcache } from '../../../core/ccache/resolve.ts'
import { during, KrbError } from '../../../core/errors/krb-error.ts'
import { displayText } from '../../../core/principal/display.ts'
import { parsePrincipal, samePrincipal, unparsePrincipal } from '../../../core/principal/principal.ts'
import { etypeName } from '../../../core/registry/etype.ts'
import type { KeytabCheck, LackingKey } from '../../../kdc-client/keytab-check/check.ts'
import { type Finding, isBad } from '../../../kdc-client/keytab-check/verdict.ts'
import { hintLines } from '../../base.ts'
import { absenceHints } from '../../text/cache-origin.ts'
import { tableText } from '../../text/table.ts'
import { Complaint, type Request, type Session } from '../request.ts'

export const verify: Request = {
  names: ['verify'],
  about: 'Check each entry with the KDC.',
  ours: true,
  async run(words, session, called) {
    const { name, password } = readWords(words, called)
    const entries = await during('reading keytab', () => session.list.entries())
    const chosen = name === undefined ? undefined : parsePrincipal(name, { defaultRealm: session.config.defaultRealm })
    const numbered = entries.map((entry, i) => ({ entry, slot: i + 1 }))
    const wanted = numbered.filter(({ entry }) => chosen === undefined || samePrincipal(entry.principal, chosen))
    if (chosen !== undefined && wanted.length === 0) {
      throw new KrbError('KRB5_KT_NOTFOUND', {}, { text: `No key table entry found for ${displayText(unparsePrincipal(chosen))}` })
    }
    const { checkKeytab } = await import('../../../kdc-client/keytab-check/check.ts')
    const kdc = await session.kdc()
    const cache = await openedCache(session)
    const check = await checkKeytab(
      wanted.map(({ entry }) => entry),
      cache,
      kdc,
    )
    const rows: Row[] = []
    for (const [i, finding] of check.findings.entries()) {
      rows.push({ slot: wanted[i]!.slot, finding: password ? await explained(finding, session) : finding })
    }
    const next = nextSteps(check, session.list.name)
    return {
      notes: hintLines([...(cache === undefined ? await absenceHints(undefined, session) : []), ...next]),
      text: () => tableText(HEADING, [...rows.map(row), ...check.lacking.map(lackingRow)], { columns: process.stdout.columns }),
      json: { keytab: session.list.name, entries: rows.map(rowJson), lacking: check.lacking.map(lackingJson), hints: next },
      failed: check.lacking.length > 0 || check.findings.some(isBad),
    }
  },
}

/** What helps, in one line for each kind of finding. */
function nextSteps({ findings, lacking }: KeytabCheck, keytab: string): readonly string[] {
  const found = new Set<string>(findings.map(({ verdict }) => verdict))
  if (lacking.length > 0) found.add('lacking')
  return [...new Set([...found].flatMap(verdict => NEXT.get(verdict)?.(displayText(keytab)) ?? []))]
}

interface Row {
  readonly slot: number
  readonly finding: Finding
}

function readWords(words: readonly string[], called: string): { readonly name: string | undefined; readonly password: boolean } {
  const [option, name, ...more] = words.filter(word => word !== '-password')
  if (option === undefined) return { name: undefined, password: words.length > 0 }
  if (option !== '-p' || name === undefined || more.length > 0) throw new Complaint(`usage: ${called} [-p principal] [-password]`)
  return { name, password: words.includes('-password') }
}

/** The default cache, when it has a client. */
async function openedCache({ env, config }: Session): Promise<Ccache | undefined> {
  try {
    const cache = await resolveCcache(undefined, env, config)
    await cache.principal()
    return cache
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

async function explained(finding: Finding, session: Session): Promise<Finding> {
  if (finding.verdict !== 'wrong-key') return finding
  const { explainWithPassword } = await import('../../../kdc-client/keytab-check/salt-guess.ts')
  const { principal } = finding.entry
  using held = await session.password(principal)
  return { ...finding, why: await explainWithPassword(finding, await held.password(principal)) }
}

function row({ slot, finding: { entry, verdict, why } }: Row): readonly string[] {
  return [String(slot), String(entry.kvno), etypeName(entry.key.etype), unparsePrincipal(entry.principal), verdict, why]
}

function lackingRow({ principal, kvno, etype }: LackingKey): readonly string[] {
  return [
    '-',
    kvno === undefined ? '-' : String(kvno),
    etypeName(etype),
    unparsePrincipal(principal),
    'lacking',
    "the KDC's tickets come with this key",
  ]
}

function rowJson({ slot, finding: { entry, verdict, why, kdcKvno } }: Row): object {
  const { principal, kvno, key } = entry
  const known = { principal: unparsePrincipal(principal), kvno, etype: etypeName(key.etype) }
  return { slot, ...known, verdict, why: why === '' ? null : why, kdcKvno: kdcKvno ?? null }
}

function lackingJson({ principal, kvno, etype }: LackingKey): object {
  return { principal: unparsePrincipal(principal), kvno: kvno ?? null, etype: etypeName(etype) }
}

const PRESENT_KEYS = (keytab: string) => `present keys: tkadmin ktadd -norandkey -k ${keytab} PRINCIPAL`
const NEXT: ReadonlyMap<string, (keytab: string) => string> = new Map([
  ['behind', PRESENT_KEYS],
  ['lacking', PRESENT_KEYS],
  ['wrong-key', PRESENT_KEYS],
  ['ahead', () => 'keys that are ahead of the KDC: it may be a replica that has not heard of the change, or a database from a backup'],
])

const HEADING: readonly string[] = ['slot', 'kvno', 'enctype', 'principal', 'verdict', 'why']
