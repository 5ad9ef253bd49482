import type { AuthorizationData } from '../../../core/asn1/messages/authorization-data.ts'
import { AdIfRelevant, AdKdcIssued } from '../../../core/asn1/messages/authorization-data.ts'
import { toHex } from '../../../core/bytes/bytes.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { AdType } from '../../../core/registry/ad-type.ts'
import type { Facts } from './facts.ts'
import { type PacWitnesses, pacFacts } from './pac.ts'

export interface AuthorizationView {
  readonly witnesses: PacWitnesses
  /** Dump unknown octets as ASN.1, where they are some. */
  readonly asn1: boolean
}

/** The elements of a ticket's authorization data (RFC 4120 §5.2.6), containers opened, PACs in words, all else in hex. */
export async function authorizationFacts(elements: AuthorizationData, view: AuthorizationView, depth = 0): Promise<readonly Facts[]> {
  const facts: Facts[] = []
  for (const element of elements) facts.push({ element: nameOf(element.adType), ...(await contentFacts(element, view, depth)) })
  return facts
}

async function contentFacts({ adType, adData }: AuthorizationData[number], view: AuthorizationView, depth: number): Promise<Facts> {
  if (adType === AdType.WIN2K_PAC) return { pac: pacFacts(adData, view.witnesses) }
  try {
    if (depth < MAX_DEPTH && CONTAINERS.has(adType))
      return { elements: await authorizationFacts(AdIfRelevant.decode(adData), view, depth + 1) }
    if (depth < MAX_DEPTH && adType === AdType.KDC_ISSUED)
      return { elements: await authorizationFacts(AdKdcIssued.decode(adData).elements.value, view, depth + 1) }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    return { problem: error.message, octets: toHex(adData) }
  }
  const dump = view.asn1 ? await (await import('../../../core/pki/dump.ts')).dumpAsn1(adData) : undefined
  return dump === undefined ? { octets: toHex(adData) } : { asn1: dump.map(line => ({ line })) }
}

function nameOf(type: number): string {
  const name = NAMES.get(type)
  return name === undefined ? `type ${type}` : `AD-${name} (${type})`
}

const CONTAINERS: ReadonlySet<number> = new Set([AdType.IF_RELEVANT, AdType.MANDATORY_FOR_KDC])
const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(AdType).map(([name, id]) => [id, name.replaceAll('_', '-')]))
/** No issuer nests deeper. */
const MAX_DEPTH = 8
