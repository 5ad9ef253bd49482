import { Ticket } from '../../core/asn1/messages/ticket.ts'
import type { Bytes } from '../../core/bytes/bytes.ts'
import type { Credential } from '../../core/ccache/credential.ts'
import { openData } from '../../core/crypto/encrypted-data.ts'
import { requireEtype } from '../../core/crypto/etypes/index.ts'
import { during, KrbError } from '../../core/errors/krb-error.ts'
import { unopenedHints } from '../../core/keytab/explain.ts'
import type { Keytab } from '../../core/keytab/keytab.ts'
import { fromPrincipalName, samePrincipal, unparsePrincipal } from '../../core/principal/principal.ts'
import { KeyUsage } from '../../core/registry/key-usage.ts'
import type { UserWanted } from '../../kdc-client/s4u/self.ts'
import type { Leg } from '../../kdc-client/tgs/route.ts'
import { addressText } from '../text/address.ts'
import { saying } from '../text/phrase.ts'
import { namingRealm } from '../text/realm-origin.ts'
import { type TicketLine, ticketLine } from '../text/ticket.ts'
import { type Manner, obtain, obtainDelegated, obtainForUser, type Service, serviceNamed, type VnoWorld } from './get.ts'

/** What came of one service name. */
export interface ServiceResult {
  /** The full name, or what was given when that is no name. */
  readonly service: string
  /** What was given is no name: with `-q` nothing is said about it. */
  readonly malformed?: true
  /** Absent when there is no ticket. */
  readonly kvno?: number
  /** Whether the keytab opens the ticket, when there is a keytab. */
  readonly keytab?: 'valid' | 'invalid'
  readonly ticket?: TicketLine
  readonly credential?: Credential
  /** Every ticket on the way, where it was looked for. */
  readonly path?: readonly Leg[]
  /** The service got this ticket for itself in a user's name; `ticket` is what it got with it for another service. */
  readonly evidence?: TicketLine
  readonly failure?: KrbError
}

/** Gets one ticket and looks into it. What goes wrong is part of the result: kvno goes on with the next name. */
export async function serviceNumber(name: string, keytab: Keytab | undefined, manner: Manner, world: VnoWorld): Promise<ServiceResult> {
  const { actsFor, delegates } = manner
  let result: ServiceResult = { service: name, malformed: true }
  try {
    const service = await during(`parsing principal name ${name}`, () => serviceNamed(name, manner, world))
    const text = unparsePrincipal(service.server)
    result = { service: text }
    const origin = manner.hostService === undefined ? { typed: name } : { host: name }
    const route = (legs: readonly Leg[]) => {
      result = { ...result, path: [...(result.path ?? []), ...legs] }
    }
    const credential = await namingRealm(service.server, origin, world.config, () =>
      actsFor === undefined
        ? during(`getting credentials for ${text}`, () => obtain(service, manner, world, route))
        : forUser(actsFor, service, text, manner, world),
    )
    const ticket = await during(`decoding ticket for ${text}`, async () => Ticket.decode(credential.ticket))
    const line = await ticketLine(credential, async address => addressText(address))
    // A signed number, as MIT prints it.
    result = { ...result, kvno: (ticket.encPart.kvno ?? 0) | 0, ticket: line }
    if (keytab !== undefined) {
      result = { ...result, keytab: 'invalid' }
      await during(`decrypting ticket for ${text}`, () => openWithKeytab(ticket, credential, keytab))
      result = { ...result, keytab: 'valid' }
    }
    if (!delegates) return { ...result, credential }
    result = { ...result, evidence: line }
    const delegated = await saying(`${text}: constrained delegation failed`, () => obtainDelegated(service, credential, manner, world))
    return { ...result, ticket: await ticketLine(delegated, async address => addressText(address)), credential: delegated }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    return { ...result, failure: error }
  }
}

/** A service gets tickets for itself only, whatever is got with them then. */
async function forUser(user: UserWanted, { server }: Service, text: string, manner: Manner, world: VnoWorld): Promise<Credential> {
  if (!manner.delegates && !samePrincipal(manner.client, server))
    return saying('client and server principal names must match', () => Promise.reject(new KrbError('EINVAL')))
  return during(`getting credentials for ${text}`, () => obtainForUser(user, manner, world))
}

/**
 * Tries every key of the ticket's enctype, whatever its name and number, as MIT's acceptors do.
 * Throws `KRB5KRB_AP_WRONG_PRINC` when none fits.
 */
async function openWithKeytab({ encPart, sname, realm }: Ticket, { starttime }: Credential, keytab: Keytab): Promise<void> {
  const entries = await keytab.entries()
  for (const { key } of entries) {
    if (key.etype !== encPart.etype) continue
    requireEtype(key.etype)
    if (opened(() => openData(key, KeyUsage.KDC_REP_TICKET, encPart)) !== undefined) return
  }
  const { etype, kvno } = encPart
  const sealed = { server: fromPrincipalName(sname, realm), kvno, etype, issued: starttime }
  throw new KrbError('KRB5KRB_AP_WRONG_PRINC', {}, { hints: unopenedHints(entries, sealed, keytab.name) })
}

function opened(open: () => Bytes): Bytes | undefined {
  try {
    return open()
  } catch (error) {
    if (error instanceof KrbError && error.code === 'KRB5KRB_AP_ERR_BAD_INTEGRITY') return undefined
    throw error
  }
}
