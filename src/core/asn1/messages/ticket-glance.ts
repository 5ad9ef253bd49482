import type { Bytes } from '../../bytes/bytes.ts'
import { KrbError } from '../../errors/krb-error.ts'
import type { Principal } from '../../principal/principal.ts'
import { DerReader, Tag } from '../der.ts'

/**
 * Enctype of the encrypted part of a ticket that names just this server; undefined for any other octets, another name or no ticket at all.
 * Lists of many tickets ask this first: it makes no objects, where `Ticket.decode` makes a dozen.
 */
export function etypeOfTicketFor(server: Principal, octets: Bytes): number | undefined {
  try {
    return glance(server, new DerReader(octets))
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

/** RFC 4120 §5.3: `[APPLICATION 1] SEQUENCE { tkt-vno [0] 5, realm [1], sname [2], enc-part [3] }`. */
function glance(server: Principal, reader: DerReader): number | undefined {
  const application = reader.open(0x61)
  const ticket = reader.open(Tag.SEQUENCE)
  if (integerField(reader, 0xa0) !== 5) return undefined
  const realm = reader.open(0xa1)
  if (!passText(reader, server.realm)) return undefined
  reader.close(realm)
  const sname = reader.open(0xa2)
  if (!passName(reader, server.components)) return undefined
  reader.close(sname)
  const encPart = reader.open(0xa3)
  const etype = passEncryptedData(reader)
  reader.close(encPart)
  reader.close(ticket)
  reader.close(application)
  reader.finish()
  return etype
}

function passName(reader: DerReader, components: readonly string[]): boolean {
  const name = reader.open(Tag.SEQUENCE)
  integerField(reader, 0xa0)
  const field = reader.open(0xa1)
  const list = reader.open(Tag.SEQUENCE)
  for (const component of components) if (!passText(reader, component)) return false
  reader.close(list)
  reader.close(field)
  reader.close(name)
  return true
}

function passEncryptedData(reader: DerReader): number {
  const data = reader.open(Tag.SEQUENCE)
  const etype = integerField(reader, 0xa0)
  if (reader.peek() === 0xa1) integerField(reader, 0xa1)
  const field = reader.open(0xa2)
  const cipher = reader.open(Tag.OCTET_STRING)
  reader.at = reader.end
  reader.close(cipher)
  reader.close(field)
  reader.close(data)
  return etype
}

function integerField(reader: DerReader, tag: number): number {
  const field = reader.open(tag)
  const value = reader.integer()
  reader.close(field)
  return value
}

/** False when other text stands there, or this in octets beyond ASCII. */
function passText(reader: DerReader, text: string): boolean {
  const outer = reader.open(Tag.GENERAL_STRING)
  const { octets, at, end } = reader
  if (end - at !== text.length) return false
  for (let i = 0; i < text.length; i++) if (octets[at + i] !== text.charCodeAt(i) || octets[at + i]! >= 0x80) return false
  reader.at = end
  reader.close(outer)
  return true
}
