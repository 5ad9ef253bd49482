import type { KrbErrorMessage } from '../core/asn1/messages/krb-error.ts'

/** Two clocks too far apart: by how much, in which direction, and how much is allowed. Times in seconds since 1970. */
export function skewHint(ours: number, theirs: number, allowed: number): string {
  const direction = ours < theirs ? 'behind' : 'ahead of'
  return `this machine's clock is ${spanText(Math.abs(ours - theirs))} ${direction} the KDC's (clockskew allows ${spanText(allowed)} here)`
}

/** As `skewHint`, with the time that the KDC puts into its refusals. */
export function skewHints(message: Pick<KrbErrorMessage, 'stime'>, now: number, { clockskew, timesync }: Clocks): readonly string[] {
  return [skewHint(now, message.stime, clockskew), ...(timesync ? [] : ['kdc_timesync = 1 would go by the clock of the KDC'])]
}

export interface Clocks {
  readonly clockskew: number
  readonly timesync: boolean
}

/** `7 min 12 s` */
export function spanText(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const named = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`)
  return named.length === 0 ? '0 s' : named.join(' ')
}
