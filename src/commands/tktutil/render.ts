import { encodeText } from '../../core/bytes/text.ts'
import { displayText } from '../../core/principal/display.ts'
import { etypeName } from '../../core/registry/etype.ts'
import { klistTime } from '../../core/time/format.ts'
import type { Zone } from '../../core/time/zone.ts'
import type { KeytabLine } from '../tklist/run.ts'

export interface ListView {
  /** Present: with timestamps. */
  readonly zone?: Zone
  readonly etypes: boolean
}

/** ktutil's table. Unlike it, it goes on after an enctype without a name. */
export function listText(lines: readonly KeytabLine[], { zone, etypes }: ListView): string {
  const heading =
    zone === undefined
      ? `slot KVNO Principal\n---- ---- ${'-'.repeat(69)}\n`
      : `slot KVNO Timestamp         Principal\n---- ---- ----------------- ${'-'.repeat(51)}\n`
  const rows = lines.map(({ principal, kvno, timestamp, etype, key }, i) => {
    const time = zone === undefined ? '' : `${klistTime(timestamp, zone)} `
    const type = etypes ? ` (${etypeName(etype)}) ` : ''
    const secret = key === undefined ? '' : ` (0x${key})`
    return `${number(i + 1)} ${number(kvno)} ${time}${right(displayText(principal))}${type}${secret}\n`
  })
  return heading + rows.join('')
}

/** A signed number of 32 bits, as MIT prints versions. */
function number(value: number): string {
  return String(value | 0).padStart(4)
}

/** Columns are octets to MIT. */
function right(text: string): string {
  return ' '.repeat(Math.max(0, NAME_WIDTH - encodeText(text).length)) + text
}

const NAME_WIDTH = 40
