import type { Profile } from './profile.ts'

/**
 * The section [capaths] (krb5.conf(5)): which realms lie between a client's realm and a server's.
 *
 *     [capaths]
 *         A.EXAMPLE = {
 *             B.EXAMPLE = .           # a trust of their own
 *             C.EXAMPLE = B.EXAMPLE   # by way of B; several values are passed in their order
 *         }
 */
export interface Capaths {
  /** The realms between, in order; none for a direct trust; undefined when the section says nothing of the two. Repeats stay in. */
  between(client: string, server: string): readonly string[] | undefined
  /** Every pair that the section speaks of. */
  pairs(): readonly (readonly [client: string, server: string])[]
}

export function capaths(profile: Pick<Profile, 'values' | 'subsections' | 'names'>): Capaths {
  return {
    between(client, server) {
      const values = profile.values('capaths', client, server)
      if (values.length === 0) return undefined
      // As MIT: what the first value begins with decides for all of them, and each ends at its first blank.
      return values[0]!.startsWith(DIRECT) ? [] : values.map(value => /^[^ \t]*/.exec(value)![0])
    },
    pairs: () =>
      profile.subsections('capaths').flatMap(client => profile.names('capaths', client).map(server => [client, server] as const)),
  }
}

const DIRECT = '.'
