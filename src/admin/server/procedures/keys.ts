import { EMPTY } from '../../../core/bytes/bytes.ts'
import type { KeySalt } from '../../../core/config/key-salts.ts'
import { SaltType } from '../../../core/config/key-salts.ts'
import type { Key } from '../../../core/crypto/etype.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { type Principal, samePrincipal } from '../../../core/principal/principal.ts'
import type { Secret } from '../../../core/secret/secret.ts'
import type { OldKeys } from '../../language/change-password.ts'
import { VERBS } from '../../language/index.ts'
import type { KeyWithSalt } from '../../language/records.ts'
import type { WireKeySalt } from '../../wire/kadm5/structures.ts'
import type { Call } from '../desk.ts'
import { guarded, isLockedDown, required } from '../guard.ts'
import { OWN_KEY_VERSIONS } from '../own-keys.ts'
import { wantedKeySalts } from './key-salts.ts'
import { type Answering, NOTHING } from './procedure.ts'

export const chpassPrincipal: Answering<'chpassPrincipal'> = ({ principal, password }, call) =>
  changePassword(principal, password, false, [], call)

export const chpassPrincipal3: Answering<'chpassPrincipal3'> = ({ principal, password, keepOld, keySalts }, call) =>
  changePassword(principal, password, keepOld, keySalts, call)

export const chrandPrincipal: Answering<'chrandPrincipal'> = ({ principal }, call) => randomize(principal, false, [], call)

export const chrandPrincipal3: Answering<'chrandPrincipal3'> = ({ principal, keepOld, keySalts }, call) =>
  randomize(principal, keepOld, keySalts, call)

export const setkeyPrincipal: Answering<'setkeyPrincipal'> = ({ principal, keys }, call) =>
  setKeys(principal, false, () => keys.map(key => withSalt(key, SaltType.NORMAL)), call)

/** Pairs, where there are any, stand beside the keys one for one and give their salts. */
export const setkeyPrincipal3: Answering<'setkeyPrincipal3'> = ({ principal, keepOld, keySalts, keys }, call) => {
  const paired = () => {
    const fits = keySalts.length === keys.length && keys.every(({ etype }, i) => etype === keySalts[i]!.etype)
    if (keySalts.length > 0 && !fits) throw new KrbError('KADM5_SETKEY3_ETYPE_MISMATCH')
    return keys.map((key, i) => withSalt(key, keySalts[i]?.saltType ?? SaltType.NORMAL))
  }
  return setKeys(principal, keepOld, paired, call)
}

export const setkeyPrincipal4: Answering<'setkeyPrincipal4'> = ({ principal, keepOld, keys }, call) =>
  setKeys(principal, keepOld, () => keys.map(one => ({ ...one, salt: Uint8Array.from(one.salt) })), call)

export const purgeKeys: Answering<'purgeKeys'> = async ({ principal: asked, keepKvno }, call) => {
  const principal = required(asked)
  return guarded(call, 'purgeKeys', { principal }, async () => {
    await call.api.call(VERBS.purgeKeys, { principal, keep: keepKvno })
    return NOTHING
  })
}

export const getPrincipalKeys: Answering<'getPrincipalKeys'> = async ({ principal: asked, kvno }, call) => {
  const principal = required(asked)
  return guarded(call, 'extractKeys', { principal }, async () => ({
    keys: await call.api.call(VERBS.extractKeys, kvno === 0 ? { principal } : { principal, kvno }),
  }))
}

async function changePassword(
  asked: Principal | undefined,
  password: Secret | undefined,
  keepOld: boolean,
  pairs: readonly WireKeySalt[],
  call: Call,
): Promise<object> {
  const principal = required(asked)
  return guarded(call, 'changePassword', { principal }, async ({ entry }) => {
    if (password === undefined) throw new KrbError('EINVAL')
    const keySalts: readonly KeySalt[] = wantedKeySalts(pairs)
    await call.api.call(VERBS.changePassword, { principal, password, keySalts, ...oldKeys(keepOld, entry!.principal, call) })
    return NOTHING
  })
}

/** Only the new keys are given away, kept ones never; locked down ones not at all. */
async function randomize(asked: Principal | undefined, keepOld: boolean, pairs: readonly WireKeySalt[], call: Call) {
  const principal = required(asked)
  return guarded(call, 'randomizeKeys', { principal }, async ({ entry }) => {
    const keySalts = wantedKeySalts(pairs)
    const made = await call.api.call(VERBS.changePassword, { principal, keySalts, ...oldKeys(keepOld, entry!.principal, call) })
    if (!isLockedDown(entry)) return { keys: made.keys.map(({ key }) => key) }
    for (const { key } of made.keys) key.value.wipe()
    return { keys: [] }
  })
}

async function setKeys(asked: Principal | undefined, keepOld: boolean, wanted: () => readonly KeyWithSalt[], call: Call): Promise<object> {
  const principal = required(asked)
  return guarded(call, 'setKeys', { principal }, async ({ entry }) => {
    await call.api.call(VERBS.setKeys, { principal, keys: wanted(), ...oldKeys(keepOld, entry!.principal, call) })
    return NOTHING
  })
}

function oldKeys(keepOld: boolean, principal: Principal, { caller }: Call): OldKeys {
  return keepOld && samePrincipal(caller.client, principal) ? { keepOld, maxVersions: OWN_KEY_VERSIONS } : { keepOld }
}

function withSalt(key: Key, saltType: number): KeyWithSalt {
  return { kvno: 0, key, saltType, salt: EMPTY }
}
