import type { Env } from '../env.ts'

/** Letters and digits for the name of a new cache. */
export function randomLetters(count: number, env: Pick<Env, 'random'>): string {
  return Array.from(env.random(count), octet => LETTERS[octet % LETTERS.length]).join('')
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
