import type { FlagSet, OptionsOf } from '../argv/flag.ts'

export const SWITCH_FLAGS = {
  ccache: { letter: 'c', value: 'CACHE', many: true, doc: 'the credential cache to make the primary one' },
  principal: { letter: 'p', value: 'PRINCIPAL', many: true, doc: 'the principal whose cache to make the primary one' },
} as const satisfies FlagSet

export function complaints({ ccache, principal }: OptionsOf<typeof SWITCH_FLAGS>): readonly string[] {
  const given = ccache.length + principal.length
  if (given === 0) return ['One of -c or -p must be specified']
  return new Array<string>(given - 1).fill('Only one -c or -p option allowed')
}
