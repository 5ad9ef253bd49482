import type { Fault, TrustReport } from '../../admin/client/trust/report.ts'
import { displayText } from '../../core/principal/display.ts'
import { unparsePrincipal } from '../../core/principal/principal.ts'
import { etypeName } from '../../core/registry/etype.ts'
import { spanText } from '../../kdc-client/clock-hint.ts'

/** What is wrong, at which realm, and the next thing to do. */
export interface Explained {
  readonly fault: Fault['fault']
  /** The realm whose database, configuration or machine needs the change. */
  readonly side: string
  readonly principal: string | null
  readonly text: string
  readonly next: string
}

type Ends = Pick<TrustReport, 'ours' | 'theirs'>

export function explainFault(fault: Fault, { ours, theirs }: Ends): Explained {
  const principal = 'principal' in fault ? unparsePrincipal(fault.principal) : null
  const name = displayText(principal ?? '')
  const says = (side: string, text: string, next: string): Explained => ({ fault: fault.fault, side, principal, text, next })
  const anew = (direction: string) => `trust add ${theirs} --replace --one-way ${direction} --instructions FILE`
  const known = (direction: string, kvno: number) => `trust add ${theirs} --one-way ${direction} --ask --kvno ${kvno}`
  switch (fault.fault) {
    case 'our-half-missing': {
      const seen = fault.theirs === undefined ? '' : `, though the KDC of ${theirs} gives tickets for it`
      const next = fault.theirs === undefined ? anew(fault.direction).replace(' --replace', '') : known(fault.direction, fault.theirs)
      return says(ours, `our half is missing: the database of ${ours} has no ${name}${seen}`, next)
    }
    case 'their-half-missing':
      return says(theirs, `their half is missing: the KDC of ${theirs} knows no ${name}`, anew(fault.direction))
    case 'our-half-forbidden':
      return says(ours, `our half is switched off: ${name} has -allow_tix or -allow_svr`, `modprinc +allow_tix +allow_svr ${name}`)
    case 'keys-differ':
      return says(theirs, `the keys differ: ${ours} and ${theirs} hold other keys for ${name}`, anew(fault.direction))
    case 'kvno-differs': {
      const numbers = `${fault.ours} in ${ours}, ${fault.theirs ?? 'another one'} in ${theirs}`
      const next = fault.theirs === undefined ? anew(fault.direction) : `modprinc -kvno ${fault.theirs} ${name}`
      return says(ours, `the versions (kvno) differ: the keys of ${name} are the same, but they are ${numbers}`, next)
    }
    case 'etypes-differ': {
      const acceptor = fault.issuer === ours ? theirs : ours
      const text = `the encryption types differ: ${fault.issuer} seals with ${etypeName(fault.etype)}, for which ${name} has no key in ${acceptor}`
      return says(acceptor, text, `trust add ${theirs} --replace --one-way ${fault.direction} --etypes LIST --instructions FILE`)
    }
    case 'refused': {
      const text = `the KDC of ${fault.by} refuses ${name}: ${displayText(fault.error.message)}`
      const wantsPac = fault.error.code === 'KRB5KDC_ERR_TGT_REVOKED'
      const user = `trust verify ${theirs} --credentials CACHE, with tickets of a user of ${ours}: Active Directory wants a PAC`
      return says(fault.by, text, wantsPac ? user : `look for ${name} in the log of the KDC of ${fault.by}`)
    }
    case 'unreachable': {
      const text = `no KDC of ${fault.realm} can be reached: ${displayText(fault.error.message)}`
      return says(fault.realm, text, `[realms] ${fault.realm} = { kdc = HOST } in krb5.conf, and a running KDC there`)
    }
    case 'other-realm': {
      const text = `what krb5.conf takes for the KDC of ${fault.realm} (${displayText(fault.address)}) serves another realm`
      return says(ours, text, `[realms] ${fault.realm} = { kdc = HOST } in krb5.conf: the right host and port`)
    }
    case 'clock-skew': {
      const direction = fault.ahead > 0 ? 'ahead of' : 'behind'
      const text = `the clock of the KDC of ${fault.realm} is ${spanText(Math.abs(fault.ahead))} ${direction} ours`
      return says(fault.realm, text, `set the clock there or here: chronyc tracking`)
    }
  }
}

export function isProved({ ways, faults }: TrustReport): boolean {
  return (
    faults.length === 0 &&
    ways.some(({ state }) => state === 'proved') &&
    ways.every(({ state }) => state === 'proved' || state === 'absent')
  )
}

/** A line for each direction, then each fault with its next step. */
export function reportText(report: TrustReport): string {
  const { ours, theirs, ways, faults } = report
  const lines = ways.map(({ direction, principal, state }) => {
    const who = direction === 'out' ? `users of ${ours} to services of ${theirs}` : `users of ${theirs} to services of ${ours}`
    return `${who}, ${displayText(unparsePrincipal(principal))}: ${STATES[state]}\n`
  })
  const explained = faults.map(fault => explainFault(fault, report))
  const unproved = ways.filter(({ state }) => state === 'unproved').map(({ direction }) => howToProve(direction, report))
  return [...lines, ...explained.map(({ text, next }) => `${text}\n  next: ${next}\n`), ...unproved].join('')
}

export function reportJson(report: TrustReport): object {
  const { ours, theirs, ways, faults } = report
  return {
    ours,
    theirs,
    proved: isProved(report),
    ways: ways.map(({ direction, principal, state, half }) => ({
      direction,
      principal: unparsePrincipal(principal),
      state,
      kvno: half?.kvno ?? null,
      etypes: half?.etypes.map(etypeName) ?? [],
    })),
    faults: faults.map(fault => explainFault(fault, report)),
  }
}

/** Only a KDC gives tickets of its realm, and only to its users. */
function howToProve(direction: 'in' | 'out', { ours, theirs, faults }: TrustReport): string {
  if (faults.length > 0) return ''
  const realm = direction === 'in' ? theirs : ours
  return `to prove it: tkinit -c CACHE USER@${realm}, then trust verify ${theirs} --credentials CACHE\n`
}

const STATES = { proved: 'works', faulty: 'does not work', unproved: 'cannot be proved from here', absent: 'no trust' } as const
