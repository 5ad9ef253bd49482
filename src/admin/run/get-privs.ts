import type { Privileges } from '../language/get-privs.ts'
import type { Handler } from './context.ts'

/** Who has the database in hand may do everything. */
export const getPrivs: Handler<undefined, Privileges> = async () => ({ inquire: true, add: true, modify: true, delete: true })
