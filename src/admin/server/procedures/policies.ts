import { KrbError } from '../../../core/errors/krb-error.ts'
import { VERBS } from '../../language/index.ts'
import { guarded } from '../guard.ts'
import { cutText } from '../log-lines.ts'
import { policyEnt, wantedPolicy } from './policy-entry.ts'
import { type Answering, NOTHING } from './procedure.ts'

export const createPolicy: Answering<'createPolicy'> = ({ entry, mask }, call) =>
  guarded(call, 'addPolicy', { subject: subject(entry.policy) }, async () => {
    const name = named(entry.policy)
    await call.api.call(VERBS.addPolicy, { name, change: wantedPolicy(entry, mask, 'new', call.version) })
    return NOTHING
  })

export const modifyPolicy: Answering<'modifyPolicy'> = ({ entry, mask }, call) =>
  guarded(call, 'modifyPolicy', { subject: subject(entry.policy) }, async () => {
    const name = named(entry.policy)
    await call.api.call(VERBS.modifyPolicy, { name, change: wantedPolicy(entry, mask, 'present', call.version) })
    return NOTHING
  })

export const deletePolicy: Answering<'deletePolicy'> = ({ name }, call) =>
  guarded(call, 'deletePolicy', { subject: subject(name) }, async () => {
    await call.api.call(VERBS.deletePolicy, { name: named(name) })
    return NOTHING
  })

export const getPolicy: Answering<'getPolicy'> = ({ name }, call) =>
  guarded(call, 'getPolicy', { subject: subject(name), policy: name }, async () => ({
    entry: policyEnt(await call.api.call(VERBS.getPolicy, { name: named(name) })),
  }))

export const getPolicies: Answering<'getPolicies'> = ({ pattern }, call) =>
  guarded(call, 'listPolicies', { subject: cutText(pattern ?? '*') }, async () => ({
    names: await call.api.call(VERBS.listPolicies, pattern === undefined ? {} : { pattern }),
  }))

/** Throws `EINVAL` for the null pointer and `KADM5_BAD_POLICY` for no name, before the mask is looked at. */
function named(name: string | undefined): string {
  if (name === undefined) throw new KrbError('EINVAL')
  if (name === '') throw new KrbError('KADM5_BAD_POLICY')
  return name
}

/** C's word for the null pointer, as in MIT's log. */
function subject(name: string | undefined): string {
  return name === undefined ? '(null)' : cutText(name)
}
