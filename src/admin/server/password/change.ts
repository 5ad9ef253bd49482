import { KrbError } from '../../../core/errors/krb-error.ts'
import { ERRORS } from '../../../core/errors/tables/index.ts'
import { type KpasswdAnswer, KpasswdResult } from '../../../core/kpasswd/frame.ts'
import { type Principal, samePrincipal } from '../../../core/principal/principal.ts'
import type { Zone } from '../../../core/time/zone.ts'
import type { PolicyEntry, PrincipalEntry } from '../../../kdc/store/entry.ts'
import { changePassword } from '../../run/change-password.ts'
import type { AdminContext } from '../../run/context.ts'
import { kadmDataOf } from '../../run/entry.ts'
import { passwordQualityLine } from '../log-lines.ts'
import { requireMinimumLife } from '../minimum-life.ts'
import { answer, refusalAnswer } from './refusal-text.ts'
import type { Caller } from './request.ts'
import type { Wish } from './wish.ts'

export interface ChangeTerms {
  readonly context: AdminContext
  /** Whether kadm5.acl gives `client` the right to change the password of `target`, who is somebody else. */
  readonly mayChange: (client: Principal, target: Principal) => boolean
  readonly zone: Zone
}

/** How a change ended: what the client is told, and what the log says. */
export interface Changed {
  readonly answer: KpasswdAnswer
  readonly outcome: string
  /** A line of its own for the log. */
  readonly quality?: string | undefined
}

/**
 * Changes the password if the caller may. One's own takes a ticket that came from the present password, and the policy's minimum life
 * must have passed; everybody else's takes the right `c`. An alias is the entry that it leads to. What is refused is told, not thrown.
 */
export async function change({ client, initial }: Pick<Caller, 'client' | 'initial'>, wish: Wish, terms: ChangeTerms): Promise<Changed> {
  const { context, zone } = terms
  const asked = wish.target ?? client
  const entry = await context.store.principal(asked)
  const principal = entry?.principal ?? asked
  try {
    if (samePrincipal(principal, client)) {
      if (!initial) throw new KrbError('KADM5_AUTH_INITIAL')
      await requireMinimumLife(principal, context)
    } else if (!terms.mayChange(client, principal)) {
      throw new KrbError('KADM5_AUTH_CHANGEPW')
    }
    await changePassword({ principal, password: wish.password, keepOld: false, keySalts: [] }, context)
    return { answer: answer(KpasswdResult.SUCCESS, ''), outcome: 'success' }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    return {
      answer: refusalAnswer(error, { policy: await policyOf(entry, context), zone }),
      outcome: ERRORS[error.code].text,
      quality: passwordQualityLine(principal, error),
    }
  }
}

async function policyOf(entry: PrincipalEntry | undefined, { store }: AdminContext): Promise<PolicyEntry | undefined> {
  const name = entry && kadmDataOf(entry).policy
  return name === undefined ? undefined : store.policy(name)
}
