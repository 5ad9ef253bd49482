import type { Bytes } from '../bytes/bytes.ts'
import { Reader } from '../bytes/reader.ts'
import { decodeText } from '../bytes/text.ts'
import { displayText } from '../principal/display.ts'
import type { KpasswdAnswer } from './frame.ts'

/** A refusal as MIT's programs print it: `Password change rejected: New password is too short.` */
export function refusalText({ code, text }: KpasswdAnswer): string {
  return `${codeText(code)}: ${serverText(text)}`
}

export function codeText(code: number): string {
  return CODE_TEXTS[code] ?? 'Password change failed'
}

/** What the server says beside the code: its text, or its policy in words; advice when it says neither. */
export function serverText(octets: Bytes): string {
  const policy = adPolicyText(octets)
  if (policy !== undefined) return policy
  const text = decodeText(octets)
  const sound = text !== '' && !text.includes('\0') && !STRAY_OCTET.test(text)
  return sound ? displayLines(text) : 'Try a more complex password, or contact your administrator.'
}

/** The server's own line ends and tabs are meant; nothing else that moves a cursor is. */
function displayLines(text: string): string {
  return text.replace(/[^\n\t]+/g, displayText)
}

/**
 * Active Directory's password policy (30 octets that begin with two zeros, so that they are an empty string to others) in MIT's words;
 * undefined when it is none or asks for nothing.
 */
function adPolicyText(octets: Bytes): string | undefined {
  if (octets.length !== AD_POLICY_BYTES || octets[0] !== 0 || octets[1] !== 0) return undefined
  const reader = new Reader(octets, () => new Error('30 octets were there'))
  reader.skip(2, 'zeros')
  const length = reader.u32('minimum length')
  const history = reader.u32('history')
  const properties = reader.u32('properties')
  reader.skip(8, 'expiry')
  const age = reader.u64('minimum age')
  const days = age === 0n ? 0 : Math.max(Number(age / UNITS_PER_DAY), 1)
  const sentences = [
    (properties & COMPLEX) !== 0 && "The password must include numbers or symbols.  Don't include any part of your name in the password.",
    length > 0 && `The password must contain at least ${length | 0} character${length === 1 ? '' : 's'}.`,
    history > 0 && `The password must be different from the previous ${history === 1 ? 'password' : `${history | 0} passwords`}.`,
    days > 0 && `The password can only be changed ${days === 1 ? 'once a day' : `every ${days | 0} days`}.`,
  ]
  const said = sentences.filter(sentence => sentence !== false)
  return said.length === 0 ? undefined : said.join('  ')
}

const CODE_TEXTS: Readonly<Record<number, string>> = {
  1: 'Malformed request error',
  2: 'Server error',
  3: 'Authentication error',
  4: 'Password change rejected',
  5: 'Access denied',
  6: 'Wrong protocol version',
  7: 'Initial password required',
}

/** What `decodeText` makes of octets that are no UTF-8. */
const STRAY_OCTET = /[\udc80-\udcff]/u
const AD_POLICY_BYTES = 30
const COMPLEX = 1
/** 100 ns. */
const UNITS_PER_DAY = 864_000_000_000n
