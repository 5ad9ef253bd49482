import { ATTRIBUTES } from './attributes.ts'
import { KEYS } from './keys.ts'
import { POLICIES } from './policies.ts'
import { PRINCIPALS } from './principals.ts'
import { RENAMES } from './renames.ts'
import { RIGHTS } from './rights.ts'
import type { Scene } from './scene.ts'
import { WAYS_IN } from './ways-in.ts'

/** The day in its order: scenes build upon those before them. */
export const SCENES: readonly Scene[] = [...ATTRIBUTES, ...POLICIES, ...RENAMES, ...KEYS, ...PRINCIPALS, ...RIGHTS, ...WAYS_IN]
