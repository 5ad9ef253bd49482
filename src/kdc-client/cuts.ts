import type { Credential } from '../core/ccache/credential.ts'
import { TicketFlags } from '../core/flags/ticket-flags.ts'
import { startOf } from './check-reply.ts'

/** A life that came out shorter than asked for, in seconds, and whose limit it was as far as a client can tell. */
export interface Cut {
  readonly what: 'life' | 'renewable-life'
  readonly asked: number
  readonly granted: number
  /** `renew-till`: a renewed ticket ends when it cannot be renewed any more. Which of its own limits a KDC applied it does not tell. */
  readonly by: 'kdc' | 'renew-till'
}

/** What a request asked for, in seconds since 1970. `renewTill` 0: the ticket need not be renewable. */
export interface Asked {
  readonly endtime: number
  readonly renewTill: number
  /** From when the lives are counted. */
  readonly from: number
}

export function cutsOf(asked: Asked, credential: Credential): readonly Cut[] {
  const start = startOf(credential)
  const renewTill = credential.flags & TicketFlags.RENEWABLE ? credential.renewTill : start
  return [
    ...cut('life', asked.endtime, credential.endtime, asked.from, start),
    ...(asked.renewTill === 0 ? [] : cut('renewable-life', asked.renewTill, renewTill, asked.from, start)),
  ]
}

/** A renewed ticket should live as long as it did before. */
export function cutsOfRenewed(before: Credential, renewed: Credential): readonly Cut[] {
  const asked = before.endtime - startOf(before)
  const granted = renewed.endtime - startOf(renewed)
  if (granted >= asked) return []
  return [{ what: 'life', asked, granted, by: renewed.endtime === before.renewTill ? 'renew-till' : 'kdc' }]
}

function cut(what: Cut['what'], asked: number, granted: number, from: number, start: number): readonly Cut[] {
  return granted < asked ? [{ what, asked: asked - from, granted: granted - start, by: 'kdc' }] : []
}
