import type { FlagSet, OptionsOf } from '../argv/flag.ts'

export const SWITCH_FLAGS = {
  ccache: { letter: 'c', value: 'CACHE', many: true, doc: 'the credential cache to make the primary one' },
  principal: { letter: 'p', value: 'PRINCIPAL', many: true, doc: 'the principal whose cache to make the primary one' },
  for: { own: true, value: 'SERVICE', doc: 'the cache that ~/.k5identity or the realm chooses for this service (host/name)' },
} as const satisfies FlagSet

export function complaints({ ccache, principal, for: service }: OptionsOf<typeof SWITCH_FLAGS>): readonly string[] {
  const given = ccache.length + principal.length + (service === undefined ? 0 : 1)
  if (given === 0) return ['One of -c or -p must be specified']
  return new Array<string>(given - 1).fill('Only one -c or -p option allowed')
}
