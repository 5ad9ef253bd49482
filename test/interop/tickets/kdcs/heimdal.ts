import { startHeimdalRealm } from '../../../helpers/heimdal-realm.ts'
import { AMPLE, ENTRIES, type Entry, PASSWORD, REALM_LIFE, REALM_RENEWABLE_LIFE, SKEW } from '../entries.ts'
import type { Kdc } from './kdc.ts'
import { onLoopback } from './on-loopback.ts'

/** Its `init` puts the realm's maxima into the entry of krbtgt, where they bind as that service's own. */
export async function heimdalKdc(): Promise<Kdc> {
  const lacking = new Map(ENTRIES.flatMap(({ name, maxFailures }) => (maxFailures === undefined ? [] : [[name, 'counts no failures']])))
  const realm = await startHeimdalRealm({
    libdefaults: [`clockskew = ${SKEW}`],
    setup: ENTRIES.filter(({ name }) => !lacking.has(name)).flatMap(linesOf),
  })
  const limits = {
    life: { seconds: REALM_LIFE, name: 'krbtgt entry' },
    renewableLife: { seconds: REALM_RENEWABLE_LIFE, name: 'krbtgt entry' },
  }
  return onLoopback('heimdal', realm, limits, lacking)
}

function linesOf(entry: Entry): readonly string[] {
  const { name, kind, attribute, maxLife = AMPLE, maxRenewableLife = AMPLE } = entry
  const attributes = [
    ...(kind === 'user' && attribute !== '-requires_preauth' ? ['requires-pre-auth'] : []),
    ...(attribute === undefined ? [] : ATTRIBUTES[attribute]!),
  ]
  const words = [
    kind === 'user' ? `-p ${PASSWORD}` : '-r',
    `--max-ticket-life=${maxLife}s --max-renewable-life=${maxRenewableLife}s`,
    ...(attributes.length === 0 ? [] : [`--attributes=${attributes.join(',')}`]),
    ...(entry.expired ? ['--expiration-time=2020-01-01'] : []),
    ...(entry.passwordExpired ? ['--pw-expiration-time=2020-01-01'] : []),
  ]
  return [`add --use-defaults ${words.join(' ')} ${name}`]
}

/** kadmin's words in Heimdal's. */
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  '-allow_forwardable': ['disallow-forwardable'],
  '-allow_proxiable': ['disallow-proxiable'],
  '-allow_renewable': ['disallow-renewable'],
  '-allow_postdated': ['disallow-postdated'],
  '-allow_tix': ['disallow-all-tix'],
  '-allow_svr': ['disallow-svr'],
  '-allow_tgs_req': ['disallow-tgt-based'],
  '-allow_dup_skey': ['disallow-dup-skey'],
  '-requires_preauth': [],
  '+needchange': ['requires-pw-change'],
  '+requires_preauth': ['requires-pre-auth'],
  '+requires_hwauth': ['requires-hw-auth'],
  '+ok_as_delegate': ['ok-as-delegate'],
}
