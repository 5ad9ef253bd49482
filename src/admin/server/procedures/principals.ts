import type { KeySalt } from '../../../core/config/key-salts.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { PrincipalAttribute } from '../../../core/flags/principal-attributes.ts'
import type { Secret } from '../../../core/secret/secret.ts'
import { restricted } from '../../acl/restrictions.ts'
import type { AddPrincipalInput } from '../../language/add-principal.ts'
import { VERBS } from '../../language/index.ts'
import { PrincipalMask } from '../../wire/kadm5/masks.ts'
import type { PrincipalEnt } from '../../wire/kadm5/structures.ts'
import type { Call } from '../desk.ts'
import { type Granted, guarded, isLockedDown, LOCKED_DOWN, Refusal, required } from '../guard.ts'
import { cutText, nameText } from '../log-lines.ts'
import { wantedKeySalts } from './key-salts.ts'
import { CREATE_BITS, checkPolicyOnce, MODIFY_BITS, principalEnt, type WantedPrincipal, wantedPrincipal } from './principal-entry.ts'
import { type Answering, NOTHING } from './procedure.ts'

export const createPrincipal: Answering<'createPrincipal'> = (args, call) => create(args, [], call)

export const createPrincipal3: Answering<'createPrincipal3'> = async (args, call) => create(args, wantedKeySalts(args.keySalts), call)

/** Deleting an alias leaves what it points to: the right to the name is asked for. */
export const deletePrincipal: Answering<'deletePrincipal'> = async (args, call) => {
  const principal = required(args.principal)
  return guarded(call, 'deletePrincipal', { principal, nameItself: true }, async ({ entry }) => {
    if (entry === undefined) throw new KrbError('KADM5_UNK_PRINC')
    await call.api.call(VERBS.deletePrincipal, { principal })
    return NOTHING
  })
}

export const modifyPrincipal: Answering<'modifyPrincipal'> = async ({ entry: asked, mask }, call) => {
  const principal = required(asked.principal)
  return guarded(call, 'modifyPrincipal', { principal }, async granted => {
    const { entry } = granted
    if (entry === undefined) throw new KrbError('KADM5_UNK_PRINC')
    const { change, clearPolicy } = underRestrictions(wantedPrincipal(asked, mask, MODIFY_BITS), entry.attributes, granted, call)
    if (isLockedDown(entry) && change.attributes !== undefined && !(change.attributes & PrincipalAttribute.LOCKDOWN_KEYS)) {
      throw new Refusal('KADM5_AUTH_MODIFY', LOCKED_DOWN)
    }
    await call.api.call(VERBS.modifyPrincipal, { principal: entry.principal, change, clearPolicy, unlock: false })
    return NOTHING
  })
}

export const renamePrincipal: Answering<'renamePrincipal'> = async ({ source, target }, call) => {
  const [from, to] = [required(source), required(target)]
  const subject = `${nameText(from)} to ${nameText(to)}`
  return guarded(call, 'renamePrincipal', { principal: from, other: to, nameItself: true, subject }, async ({ entry }) => {
    if (entry === undefined) throw new KrbError('KADM5_UNK_PRINC')
    await call.api.call(VERBS.renamePrincipal, { from, to })
    return NOTHING
  })
}

export const getPrincipal: Answering<'getPrincipal'> = async ({ principal: asked, mask }, call) => {
  const principal = required(asked)
  return guarded(call, 'getPrincipal', { principal }, async () => ({
    entry: principalEnt(await call.api.call(VERBS.getPrincipal, { principal }), mask),
  }))
}

export const getPrincipals: Answering<'getPrincipals'> = ({ pattern }, call) =>
  guarded(call, 'listPrincipals', { subject: cutText(pattern ?? '*') }, async () => ({
    names: await call.api.call(VERBS.listPrincipals, pattern === undefined ? {} : { pattern }),
  }))

export const createAlias: Answering<'createAlias'> = async ({ alias: asked, target: pointed }, call) => {
  const alias = required(asked)
  if (pointed === undefined) throw new KrbError('EINVAL')
  return guarded(call, 'addAlias', { principal: alias, other: pointed, nameItself: true }, async () => {
    await call.api.call(VERBS.addAlias, { alias, target: pointed })
    return NOTHING
  })
}

interface Creation {
  readonly entry: PrincipalEnt
  readonly mask: number
  readonly password: Secret | undefined
}

async function create({ entry: asked, mask, password }: Creation, keySalts: readonly KeySalt[], call: Call): Promise<object> {
  const principal = required(asked.principal)
  return guarded(call, 'addPrincipal', { principal, nameItself: true }, async granted => {
    if (!(mask & PrincipalMask.PRINCIPAL)) throw new KrbError('KADM5_BAD_MASK')
    const { change } = underRestrictions(wantedPrincipal(asked, mask, CREATE_BITS), asked.attributes, granted, call)
    await call.api.call(VERBS.addPrincipal, { principal, change, keySalts, keys: keysFor(mask, password) })
    return NOTHING
  })
}

/** No password is a random key, unless no keys are wanted at all. */
function keysFor(mask: number, password: Secret | undefined): AddPrincipalInput['keys'] {
  if (mask & PrincipalMask.KEY_DATA) return { from: 'nothing' }
  return password === undefined ? { from: 'random' } : { from: 'password', password }
}

/** Flags are added to `attributes` where the call itself sets none. */
function underRestrictions(wanted: WantedPrincipal, attributes: number, { grant }: Granted, { desk }: Call): WantedPrincipal {
  const restrictions = grant.by === 'line' ? grant.entry.restrictions : undefined
  if (restrictions === undefined) return wanted
  const allowed = restricted({ ...wanted, attributes }, restrictions, desk.context.now())
  checkPolicyOnce(allowed.change.policy !== undefined, allowed.clearPolicy)
  return allowed
}
