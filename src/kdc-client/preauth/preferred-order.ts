import type { PaData } from '../../core/asn1/messages/pa-data.ts'

/** The padata with the preferred types in front, one of each and in that order; the rest stays as the KDC ordered it. */
export function inPreferredOrder(padata: readonly PaData[], preferred: readonly number[]): readonly PaData[] {
  const first: PaData[] = []
  for (const type of preferred) {
    const found = padata.find(p => p.padataType === type && !first.includes(p))
    if (found !== undefined) first.push(found)
  }
  return [...first, ...padata.filter(p => !first.includes(p))]
}
