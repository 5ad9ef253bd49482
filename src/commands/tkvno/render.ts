import { displayText } from '../../core/principal/display.ts'
import { errorJson } from '../text/envelope.ts'
import { ticketJson } from '../text/ticket.ts'
import type { ServiceResult } from './run.ts'

/** For standard output: one line per ticket that is as it should be. */
export function resultText({ service, kvno, keytab, failure }: ServiceResult): string {
  if (kvno === undefined || failure !== undefined) return ''
  return `${displayText(service)}: kvno = ${kvno}${keytab === undefined ? '' : ', keytab entry valid'}\n`
}

/** For standard error, before the failure itself. */
export function invalidText({ service, kvno, keytab, failure }: ServiceResult): string {
  if (keytab !== 'invalid' || failure === undefined) return ''
  return `${displayText(service)}: kvno = ${kvno}, keytab entry invalid\n`
}

export function resultJson({ service, kvno, keytab, ticket, failure }: ServiceResult): object {
  return {
    service,
    ...(kvno !== undefined && { kvno }),
    ...(keytab !== undefined && { keytab }),
    ...(ticket !== undefined && { ticket: ticketJson(ticket) }),
    ...(failure !== undefined && { error: errorJson(failure) }),
  }
}
