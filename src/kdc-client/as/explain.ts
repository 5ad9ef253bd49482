import type { KrbErrorMessage } from '../../core/asn1/messages/krb-error.ts'
import { decodeText } from '../../core/bytes/text.ts'
import { KdcOptions, kdcOptionNames } from '../../core/flags/kdc-options.ts'
import { displayText } from '../../core/principal/display.ts'
import { defaultSalt, type Principal } from '../../core/principal/principal.ts'
import { etypeName } from '../../core/registry/etype.ts'
import { PaType, type PaTypeId } from '../../core/registry/pa-type.ts'
import { isoTime } from '../../core/time/format.ts'
import { skewHints } from '../clock-hint.ts'
import { EXPIRED_HINT, unknownClientHints } from '../explain.ts'
import type { KeyTerms } from '../preauth/preauth.ts'
import { Refusal } from '../refusal.ts'
import type { AsSent, AsTerms } from './build-request.ts'

/** What of an AS exchange its hints tell. */
interface Told {
  readonly terms: AsTerms
  readonly client: Principal
  readonly selected: PaTypeId | undefined
  readonly keyTerms: KeyTerms
  readonly sent: AsSent | undefined
}

/** What a person needs to know beside the KDC's refusal of a log-in; `now` is our own clock, seconds since 1970. */
export function refusedLogInHints(message: KrbErrorMessage, told: Told, now: number): readonly string[] {
  switch (message.errorCode) {
    case Refusal.SKEW:
      return skewHints(message, now, told.terms)
    case Refusal.C_PRINCIPAL_UNKNOWN:
      return unknownClientHints(told.client, (told.terms.kdcOptions & KdcOptions.CANONICALIZE) !== 0)
    case Refusal.PREAUTH_FAILED:
      return told.selected === undefined ? [] : wrongKeyHints(told)
    case Refusal.NAME_EXP:
      return ['the account has expired: an administrator can set another date']
    case Refusal.NEVER_VALID:
      return told.sent === undefined ? [] : neverValidHints(told.sent, now)
    case Refusal.BADOPTION:
      return told.sent === undefined ? [] : [`asked for: ${kdcOptionNames(told.sent.body.kdcOptions).join(', ') || 'no option'}`]
    case Refusal.CLIENT_REVOKED:
      return [
        'the account is locked after too many wrong passwords, or disabled, or has expired: an administrator of the realm can tell which (getprinc)',
      ]
    case Refusal.KEY_EXPIRED:
      return [EXPIRED_HINT]
    default:
      return []
  }
}

/** A key that does not open what the KDC sealed, or the other way round: which one it was. */
export function wrongKeyHints({ client, selected, keyTerms }: Pick<Told, 'client' | 'selected' | 'keyTerms'>): readonly string[] {
  const { etype, salt } = keyTerms
  const by = Object.entries(PaType).find(([, number]) => number === selected)?.[0]
  const how = by === undefined ? 'no pre-authentication' : `pre-authentication ${by.replaceAll('_', '-')} (${selected})`
  const quoted = `"${displayText(decodeText(salt ?? defaultSalt(client)))}"`
  const whose = salt === undefined ? "the principal's own, the KDC offers none" : 'as the KDC offers'
  return ['the key that was used is not the key that the KDC has', `used: ${how}, ${etypeName(etype)}, salt ${quoted} (${whose})`]
}

function neverValidHints({ body }: AsSent, now: number): readonly string[] {
  const start = body.from === undefined ? 'at once' : `at ${isoTime(body.from)}`
  return [`asked for a ticket that starts ${start} and ends at ${isoTime(body.till)}; it is ${isoTime(now)} here`]
}
