import type { ChangePasswordInput, ChangePasswordResult } from '../../language/change-password.ts'
import type { ExtractKeysInput } from '../../language/extract-keys.ts'
import type { PurgeKeysInput } from '../../language/purge-keys.ts'
import type { KeyWithSalt, NameOnly } from '../../language/records.ts'
import type { SetKeysInput } from '../../language/set-keys.ts'
import { PURGE_ALL } from '../../wire/kadm5/masks.ts'
import type { Kadm5 } from '../kadm5.ts'
import { keyVersion } from './principals.ts'

export async function changePassword(input: ChangePasswordInput, server: Kadm5): Promise<ChangePasswordResult> {
  const { principal, password, keepOld, keySalts } = input
  if (password === undefined) return randomize(input, server)
  if (keepOld || keySalts.length > 0) await server.call('chpassPrincipal3', { principal, keepOld, keySalts, password })
  else await server.call('chpassPrincipal', { principal, password })
  return { principal, keys: [] }
}

/** The server gives keys without their version, which takes another call and the right to make it. */
async function randomize({ principal, keepOld, keySalts, keysWanted }: ChangePasswordInput, server: Kadm5): Promise<ChangePasswordResult> {
  const { keys } = await server.call('chrandPrincipal3', { principal, keepOld, keySalts })
  const wipe = () => {
    for (const key of keys) key.value.wipe()
  }
  if (keysWanted !== true) {
    wipe()
    return { principal, keys: [] }
  }
  try {
    const kvno = await keyVersion({ principal }, server)
    return { principal, keys: keys.map(key => ({ kvno, key })) }
  } catch (error) {
    wipe()
    throw error
  }
}

export async function extractKeys({ principal, kvno = 0 }: ExtractKeysInput, server: Kadm5): Promise<readonly KeyWithSalt[]> {
  const { keys } = await server.call('getPrincipalKeys', { principal, kvno })
  return keys.map(({ kvno, key, saltType, salt }) => ({ kvno, key, saltType, salt }))
}

export async function setKeys({ principal, keepOld, keys }: SetKeysInput, server: Kadm5): Promise<NameOnly> {
  await server.call('setkeyPrincipal4', { principal, keepOld, keys })
  return { principal }
}

export async function purgeKeys({ principal, keep }: PurgeKeysInput, server: Kadm5): Promise<NameOnly> {
  await server.call('purgeKeys', { principal, keepKvno: keep === 'none' ? PURGE_ALL : keep })
  return { principal }
}
