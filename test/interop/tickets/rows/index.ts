import type { Row } from '../trial.ts'
import { FORBIDDEN } from './forbidden.ts'
import { FORWARD_AND_PROXY } from './forward-proxy.ts'
import { LIMITS } from './limits.ts'
import { OBTAIN } from './obtain.ts'
import { USE } from './use.ts'
import { USER_TO_USER } from './user-to-user.ts'
import { VALIDATE_AND_RENEW } from './validate-renew.ts'

/** The table, section by section. */
export const SECTIONS: readonly { readonly title: string; readonly rows: readonly Row[] }[] = [
  { title: 'Obtain', rows: OBTAIN },
  { title: 'Use for a service', rows: USE },
  { title: 'Forward and proxy', rows: FORWARD_AND_PROXY },
  { title: 'Validate and renew', rows: VALIDATE_AND_RENEW },
  { title: 'User-to-user', rows: USER_TO_USER },
  { title: 'Which limit binds', rows: LIMITS },
  { title: 'What entries forbid', rows: FORBIDDEN },
]

export const ROWS: readonly Row[] = SECTIONS.flatMap(section => section.rows)
