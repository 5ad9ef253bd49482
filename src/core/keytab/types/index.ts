import type { Env } from '../../env.ts'
import type { Keytab } from '../keytab.ts'
import { fileKeytab } from './file.ts'
import { namedMemoryKeytab } from './memory.ts'

/** Every kind of keytab by the prefix of its names, which is case-sensitive. */
export const KEYTAB_TYPES: Readonly<Record<string, (residual: string, env: Env) => Keytab>> = {
  FILE: (path, env) => fileKeytab('FILE', path, env),
  WRFILE: (path, env) => fileKeytab('WRFILE', path, env),
  MEMORY: namedMemoryKeytab,
}
