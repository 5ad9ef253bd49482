import type { EncTicketPart } from '../../core/asn1/messages/ticket.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { TransitedType } from '../../core/registry/transited-type.ts'
import { addTransited } from '../../core/transited/add.ts'
import { checkTransited } from '../../core/transited/check.ts'
import { badTransit, notCheckingTransit } from '../audit/log-line.ts'
import type { LogLevel } from '../realm-desk.ts'
import { Refusal, refusalOf } from '../refusal.ts'
import type { TgsResolved } from './resolved.ts'

/** The path of realms behind a ticket to be issued. */
export interface TransitedPath {
  readonly transited: EncTicketPart['transited']
  /** TRANSITED-POLICY-CHECKED, or 0: the path was not looked at, or is not as it should be. */
  readonly flag: number
  /** What the log says about it. */
  readonly remark: readonly [level: LogLevel, text: string] | undefined
}

/**
 * The realms that the client came by, with the one that issued the header ticket (RFC 4120 §3.3.3.2), and whether they are the right ones. `crealm` is the
 * realm of the new ticket's client, whom a service of ours may have fetched from there (S4U2Self).
 */
export function transitedPath(resolved: TgsResolved, crealm: string): TransitedPath | Refusal {
  const transited = realmsPassed(resolved, crealm)
  return transited instanceof Refusal ? transited : { transited, ...judged(transited, resolved) }
}

/** What reject_bad_transit says to a path that did not pass. */
export function badTransitRefusal({ flag }: TransitedPath, { realm }: TgsResolved): Refusal | undefined {
  return flag === 0 && realm.rejectBadTransit ? new Refusal('KRB5KDC_ERR_POLICY', 'BAD_TRANSIT') : undefined
}

/** The client's own realm and the server's are the ends of the path, and not listed. */
function realmsPassed(
  { crossRealm, header: { transited }, headerServer, requested }: TgsResolved,
  crealm: string,
): EncTicketPart['transited'] | Refusal {
  if (!crossRealm || headerServer.realm === crealm) return transited
  if (transited.trType !== TransitedType.DOMAIN_X500_COMPRESS) return new Refusal('KRB5KDC_ERR_TRTYPE_NOSUPP', 'VALIDATE_TRANSIT_TYPE')
  try {
    return { trType: transited.trType, contents: addTransited(transited.contents, headerServer.realm, crealm, requested.realm) }
  } catch (error) {
    if (error instanceof KrbError) return refusalOf(error, 'ADD_TO_TRANSITED_LIST')
    throw error
  }
}

function judged(transited: EncTicketPart['transited'], resolved: TgsResolved): Pick<TransitedPath, 'flag' | 'remark'> {
  const { body, header, requested, server, realm } = resolved
  if (body.kdcOptions & KdcOptions.DISABLE_TRANSITED_CHECK) return { flag: 0, remark: ['info', notCheckingTransit()] }
  try {
    // Of a list in a language that nobody here speaks, nothing is known.
    if (transited.contents.length > 0 && transited.trType !== TransitedType.DOMAIN_X500_COMPRESS)
      throw new KrbError('KRB5KRB_AP_ERR_ILL_CR_TKT')
    checkTransited(transited.contents, header.crealm, requested.realm, realm.realmPath)
    return { flag: TicketFlags.TRANSITED_POLICY_CHECKED, remark: undefined }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    const level = error.code === 'KRB5KRB_AP_ERR_ILL_CR_TKT' ? 'info' : 'error'
    return { flag: 0, remark: [level, badTransit(header, server.principal, transited.contents, error)] }
  }
}
