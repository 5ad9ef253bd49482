import type { Key } from '../../core/crypto/etype.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Principal } from '../../core/principal/principal.ts'
import type { ClientContext } from '../context.ts'
import type { KeySource } from '../key-source.ts'
import type { Question } from '../preauth/preauth.ts'
import { judgeAvailability } from '../refusal.ts'
import type { AsTerms } from './build-request.ts'
import type { AsResult } from './open-reply.ts'
import { type AsInput, asStart, asStep } from './step.ts'

/** Carries out what `asStep` says: sends by the channel, asks the key source. */
export async function driveAsExchange(terms: AsTerms, keys: KeySource, { env, channel }: ClientContext): Promise<AsResult> {
  let step = await asStep(asStart(terms), { got: 'start' }, env)
  for (;;) {
    switch (step.do) {
      case 'done':
        return step.result
      case 'fail':
        throw step.error
      case 'send': {
        const { realm, tcpOnly, state } = step
        const message = await channel.exchange(realm, step.message, { tcpOnly, judge: judgeAvailability })
        step = await asStep(state, { got: 'reply', message }, env)
        break
      }
      case 'ask':
        step = await asStep(step.state, await answer(step.question, step.client, keys), env)
    }
  }
}

async function answer(question: Question, client: Principal, keys: KeySource): Promise<AsInput> {
  try {
    const key: Key = await keys.key(client, question.terms)
    return { got: 'key', key }
  } catch (error) {
    if (error instanceof KrbError) return { got: 'no-key', error }
    throw error
  }
}
