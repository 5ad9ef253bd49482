import { type ErrorCode, KrbError } from '../../core/errors/krb-error.ts'
import { PrincipalAttribute } from '../../core/flags/principal-attributes.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { PrincipalEntry } from '../../kdc/store/entry.ts'
import { policyName } from '../../kdc/store/kadm-data.ts'
import { authorize, type Grant, type Request } from '../acl/authorize.ts'
import { whyRefused } from '../acl/explain.ts'
import { OPERATIONS, type Operation, type OperationRule } from '../acl/operations.ts'
import { cameForPassword } from './call.ts'
import type { Call } from './desk.ts'
import { nameText, passwordQualityLine, refusalLine, requestLine, unauthorizedLine } from './log-lines.ts'
import { checkOwnKeyChange } from './own-keys.ts'

/** What a call is about. */
export interface About {
  readonly principal?: Principal
  /** The name itself is meant, not the entry that an alias leads to: where names come and go. */
  readonly nameItself?: true
  /** The second name of rename and alias. */
  readonly other?: Principal
  readonly policy?: string | undefined
  /** What the log shows, when that is not just the principal: fit for a line. */
  readonly subject?: string
}

/** What the task gets to know. */
export interface Granted {
  readonly grant: Grant
  /** The entry that the call is about; undefined when there is none. */
  readonly entry: PrincipalEntry | undefined
}

/**
 * Does something if the caller may, and writes it down. Rights are looked up for the entry that a name stands for, so that an alias gives nobody
 * more than its target does. What the task throws is the call's answer; a refusal is `OPERATIONS`' code.
 */
export async function guarded<T>(call: Call, operation: Operation, about: About, task: (granted: Granted) => Promise<T>): Promise<T> {
  const rule: OperationRule = OPERATIONS[operation]
  const logged = {
    procedure: call.procedure,
    subject: about.subject ?? (about.principal === undefined ? '' : nameText(about.principal)),
    caller: call.caller,
  }
  const { log, acl, context } = call.desk
  try {
    const entry = about.principal === undefined ? undefined : await call.desk.context.store.principal(about.principal)
    if (entry === undefined && rule.absenceIsOpen) throw new KrbError('KADM5_UNK_PRINC')
    const request = await requestOf(call, about, entry)
    const grant = authorize(acl, operation, request)
    if (grant === undefined) throw new Refusal(rule.refusal, whyRefused(acl, context.config.aclFile, operation, request))
    if (rule.lockedDown !== undefined && isLockedDown(entry)) throw new Refusal(rule.lockedDown, LOCKED_DOWN)
    if (rule.changesKeys && entry !== undefined) await checkOwnKeyChange(entry, call.caller, call.desk.context)
    const result = await task({ grant, entry })
    log('notice', requestLine(logged, 'success'))
    return result
  } catch (error) {
    if (error instanceof Refusal) {
      log('notice', unauthorizedLine(logged))
      // MIT leaves it at that, and administrators with a riddle.
      log('info', refusalLine(error.message))
      throw new KrbError(error.code)
    }
    if (error instanceof KrbError) {
      const quality = passwordQualityLine(about.principal, error)
      if (quality !== undefined) log('error', quality)
      log('notice', requestLine(logged, error.message))
    }
    throw error
  }
}

/** Thrown by a task that finds out by itself that the caller may not. `why` is for the log alone. */
export class Refusal extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, why: string) {
    super(why)
    this.code = code
  }
}

export function isLockedDown(entry: PrincipalEntry | undefined): boolean {
  return entry !== undefined && (entry.attributes & PrincipalAttribute.LOCKDOWN_KEYS) !== 0
}

/** Throws `KADM5_BAD_PRINCIPAL` for the null pointer, before anything is logged. */
export function required(principal: Principal | undefined): Principal {
  if (principal === undefined) throw new KrbError('KADM5_BAD_PRINCIPAL')
  return principal
}

async function requestOf(call: Call, about: About, entry: PrincipalEntry | undefined): Promise<Request> {
  const { client } = call.caller
  const { context } = call.desk
  const target = about.nameItself ? about.principal : (entry?.principal ?? about.principal)
  const own = 'policy' in about ? await context.store.principal(client) : undefined
  return {
    client,
    target,
    policy: about.policy,
    ownPolicy: own === undefined ? undefined : policyName(own.tlData),
    byChangepw: cameForPassword(call.caller),
    ...(about.other === undefined ? {} : { other: about.other }),
  }
}

/** Why keys that are locked down stay where they are. */
export const LOCKED_DOWN = 'its keys are locked down (+lockdown_keys)'
