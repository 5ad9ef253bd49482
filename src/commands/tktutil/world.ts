import { readFileSync } from 'node:fs'
import type { Bytes } from '../../core/bytes/bytes.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Call, OptionsOf } from '../base.ts'
import { passwordOptions } from '../passwords/flags.ts'
import { passwordPlaces } from '../passwords/places.ts'
import { openPassword } from '../passwords/source.ts'
import type { UTIL_FLAGS } from './flags.ts'
import type { Session } from './request.ts'

/** Passwords of principals whose keys are made, from where the options say. */
export function passwordOf(call: Call<OptionsOf<typeof UTIL_FLAGS>>): Session['password'] {
  const options = passwordOptions({ ...call.options, ...NO_KEYCHAIN })
  return principal => openPassword(principal, options, passwordPlaces(call, []))
}

/** The whole of standard input. Throws `EFBIG` when it is no keytab by its size. */
export function standardInput(): Bytes {
  const octets = readFileSync(0)
  if (octets.length > MAX_INPUT) throw new KrbError('EFBIG')
  return octets
}

/** Keys of services are not kept with a person's passwords. */
export const NO_KEYCHAIN = { keychain: false, 'keychain-save': false, 'keychain-forget': false } as const

const MAX_INPUT = 1 << 24
