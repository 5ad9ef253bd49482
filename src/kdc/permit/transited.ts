import { KdcOptions } from '../../core/flags/kdc-options.ts'
import { TicketFlags } from '../../core/flags/ticket-flags.ts'
import { Refusal } from '../refusal.ts'
import type { TgsResolved } from './resolved.ts'

/**
 * The flag that says the path of realms was checked (RFC 4120 §2.7, §3.3.3.2), 0 without it, or the refusal that reject_bad_transit asks for. Only
 * the empty path passes: the client's own realm issued the ticket, or shares a key with ours.
 */
export function transitedFlag({ body, header, headerServer, realm }: TgsResolved): number | Refusal {
  const checked =
    !(body.kdcOptions & KdcOptions.DISABLE_TRANSITED_CHECK) &&
    header.transited.contents.length === 0 &&
    (header.crealm === headerServer.realm || header.crealm === realm.realm)
  if (checked) return TicketFlags.TRANSITED_POLICY_CHECKED
  return realm.rejectBadTransit ? new Refusal('KRB5KDC_ERR_POLICY', 'BAD_TRANSIT') : 0
}
