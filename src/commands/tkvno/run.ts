import { Ticket } from '../../core/asn1/messages/ticket.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Ccache } from '../../core/ccache/ccache.ts'
import { openData } from '../../core/crypto/encrypted-data.ts'
import { requireEtype } from '../../core/crypto/etypes/index.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import type { Keytab } from '../../core/keytab/keytab.ts'
import { parsePrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import type { ClientContext } from '../../kdc-client/context.ts'
import { serviceCredential } from '../../kdc-client/service.ts'
import { namingRealm } from '../text/realm-origin.ts'

/** What came of one service name. */
export interface ServiceResult {
  /** The full name, or what was given when that is no name. */
  readonly service: string
  /** Absent when there is no ticket. */
  readonly kvno?: number
  /** Whether the keytab opens the ticket, when there is a keytab. */
  readonly keytab?: 'valid' | 'invalid'
  readonly failure?: KrbError
}

/** Gets one ticket and looks into it. What goes wrong is part of the result: kvno goes on with the next name. */
export async function serviceNumber(name: string, cache: Ccache, keytab: Keytab | undefined, ctx: ClientContext): Promise<ServiceResult> {
  let result: ServiceResult = { service: name }
  try {
    const { defaultRealm } = ctx.config
    const server = await during(`parsing principal name ${name}`, async () => parsePrincipal(name, { defaultRealm }))
    const service = unparsePrincipal(server)
    result = { service }
    const credential = await namingRealm(server, { typed: name }, ctx.config, () =>
      during(`getting credentials for ${service}`, () => serviceCredential(server, cache, ctx)),
    )
    const ticket = await during(`decoding ticket for ${service}`, async () => Ticket.decode(credential.ticket))
    // A signed number, as MIT prints it.
    result = { service, kvno: (ticket.encPart.kvno ?? 0) | 0 }
    if (keytab === undefined) return result
    result = { ...result, keytab: 'invalid' }
    await during(`decrypting ticket for ${service}`, () => openWithKeytab(ticket, keytab))
    return { ...result, keytab: 'valid' }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    return { ...result, failure: error }
  }
}

/**
 * Tries every key of the ticket's enctype, whatever its name and number, as MIT's acceptors do.
 * Throws `KRB5KRB_AP_WRONG_PRINC` when none fits.
 */
async function openWithKeytab(ticket: Ticket, keytab: Keytab): Promise<void> {
  const { encPart } = ticket
  for (const { key } of await keytab.entries()) {
    if (key.etype !== encPart.etype) continue
    requireEtype(key.etype)
    if (opened(() => openData(key, KeyUsage.KDC_REP_TICKET, encPart)) !== undefined) return
  }
  throw new KrbError('KRB5KRB_AP_WRONG_PRINC')
}

function opened(open: () => Bytes): Bytes | undefined {
  try {
    return open()
  } catch (error) {
    if (error instanceof KrbError && error.code === 'KRB5KRB_AP_ERR_BAD_INTEGRITY') return undefined
    throw error
  }
}
