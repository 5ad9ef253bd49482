import { displayText } from '../../core/principal/display.ts'
import { etypeName } from '../../core/registry/etype.ts'
import { getprincTime, isoTime } from '../../core/time/format.ts'
import type { Zone } from '../../core/time/zone.ts'
import { spanText } from '../../kdc-client/clock-hint.ts'
import type { Cut } from '../../kdc-client/cuts.ts'
import { remarkJson } from '../passwords/places.ts'
import type { Remark } from '../passwords/source.ts'
import { ticketJson } from '../text/ticket.ts'
import type { InitOutcome, Step } from './run.ts'
import type { Warning } from './warnings.ts'

/** A line of `-V`, for standard error. */
export function stepText(step: Step): string {
  switch (step.step) {
    case 'specified-cache':
      return `Using specified cache: ${displayText(step.name)}\n`
    case 'default-cache':
      return `Using default cache: ${displayText(step.name)}\n`
    case 'existing-cache':
      return `Using existing cache: ${displayText(step.name)}\n`
    case 'new-cache':
      return `Using new cache: ${displayText(step.name)}\n`
    case 'principal':
      return `Using principal: ${displayText(step.name)}\n`
    case 'keytab':
      return `Using keytab: ${displayText(step.name)}\n`
    case 'input-cache':
      return `Using specified input cache: ${displayText(step.name)}\n`
    case 'preauth-option':
      return `PA Option ${displayText(step.name)} = ${displayText(step.value)}\n`
    case 'initialized':
      return 'Initialized cache\n'
    case 'stored':
      return 'Stored credentials\n'
    case 'authenticated':
      return 'Authenticated to Kerberos v5\n'
  }
}

/** What `-V` tells people beyond MIT's lines. */
export function cutText({ what, asked, granted, by }: Cut): string {
  const end = by === 'kdc' ? '' : ', where its renewable life ends'
  return `Asked for a ${LIFE[what]} of ${spanText(asked)}, the KDC granted ${spanText(granted)}${end}\n`
}

/** MIT's kinit warns on standard output, where its prompts are. */
export function warningText(warning: Warning, zone: Zone): string {
  if (warning.kind === 'deprecated-etype') {
    return `Warning: encryption type ${etypeName(warning.etype)} used for authentication is deprecated and will be disabled\n`
  }
  return `Warning: Your password will expire in ${remaining(warning.inSeconds)} on ${dateText(warning.at, zone)}\n`
}

export function outcomeJson({ cache, client, credential, warnings, cuts, hops }: InitOutcome, remarks: readonly Remark[]): object {
  const all = [...remarks.map(remarkJson), ...warnings.map(warningJson)]
  return { client, cache, credential: ticketJson(credential), warnings: all, cuts: cuts.map(cutJson), ...(hops.length > 1 && { hops }) }
}

/** Lives in seconds. */
function cutJson({ what, asked, granted, by }: Cut): object {
  return { what, asked, granted, by }
}

function warningJson(warning: Warning): object {
  if (warning.kind === 'deprecated-etype') return { kind: warning.kind, etype: etypeName(warning.etype) }
  return { kind: warning.kind, at: isoTime(warning.at) }
}

function remaining(seconds: number): string {
  if (seconds < HOUR) return 'less than one hour'
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)} hour${seconds < 2 * HOUR ? '' : 's'}`
  return `${Math.floor(seconds / DAY)} days`
}

/** The C locale's %c: kadmin's form without the zone, the day of the month padded with a blank. */
function dateText(seconds: number, zone: Zone): string {
  const [weekday, month, day, clock, , year] = getprincTime(seconds, zone).split(' ')
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${clock} ${year}`
}

const LIFE = { life: 'life', 'renewable-life': 'renewable life' } as const
const HOUR = 3600
const DAY = 24 * HOUR
