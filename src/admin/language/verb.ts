import type { Principal } from '../../core/principal/principal.ts'
import type { AclLetter } from '../acl/entry.ts'
import type { Reading } from '../query/parse.ts'

/** An option among the words of a verb. */
export interface VerbOption {
  readonly word: string
  /** Name of the value that follows; absent for a switch. */
  readonly value?: string
}

/**
 * One operation on the database: what it is called, what its words mean, who may do it. What it does is its handler in `run/`;
 * texts for people are the business of `commands/tkadmin`.
 *
 * `Draft` is what its words give; where that is not yet the whole input (a password is still to be asked for), the command
 * completes it.
 */
export interface Verb<In, Out, Draft = In> {
  /** The long name first, as error messages have it, then the short ones. */
  readonly names: readonly [string, ...string[]]
  /** The line of list_requests. */
  readonly about: string
  /** What stands on standard error when the words are wrong: whole lines. */
  readonly usage: string
  readonly privilege: AclLetter
  /** What may stand before the names; absent where nothing may. ±flags of principals are not among them. */
  readonly options?: readonly VerbOption[]
  /** Words after the verb. Throws QueryError. */
  read(words: readonly string[], reading: Reading): Draft
  /** The principal whose entry the operation is about: what kadm5.acl compares. */
  target(input: In): Principal | undefined
  /** Only its type is used: it ties the handler's result to the verb. */
  readonly result?: (result: Out) => void
}

// biome-ignore lint/suspicious/noExplicitAny: a verb of whatever input and result.
export type AnyVerb = Verb<any, any, any>
export type InputOf<V> = V extends Verb<infer In, infer _Out, infer _Draft> ? In : never
export type ResultOf<V> = V extends Verb<infer _In, infer Out, infer _Draft> ? Out : never
