import { lookupService } from 'node:dns/promises'

/** The name that belongs to a numeric address, as getnameinfo finds it; undefined when there is none. */
export async function hostNameOf(address: string): Promise<string | undefined> {
  try {
    return (await lookupService(address, 0)).hostname
  } catch {
    return undefined
  }
}
