import type { Bytes } from '../core/bytes/bytes.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { defaultSalt, type Principal } from '../core/principal/principal.ts'
import type { EtypeId } from '../core/registry/etype.ts'
import type { ClientContext } from './context.ts'
import { initialCredentials } from './initial.ts'
import type { KeySource } from './key-source.ts'
import type { KeyTerms } from './preauth/preauth.ts'

/** What a password is made a key with. */
export interface SaltedTerms extends KeyTerms {
  readonly salt: Bytes
}

/**
 * Enctype, salt and parameters of a principal's key as its KDC says them (ETYPE-INFO2, RFC 4120 §5.2.7.5), for the first of `etypes`
 * (absent: default_tkt_enctypes) that it has a key of. Learned from a log-in that is given up when it comes to the key, so that no
 * failed attempt is counted. Throws what the KDC refuses, as `initialCredentials`.
 */
export async function keyTermsOf(client: Principal, etypes: readonly EtypeId[] | undefined, context: ClientContext): Promise<SaltedTerms> {
  let heard: KeyTerms | undefined
  const listener: KeySource = {
    etypes: async () => undefined,
    key: async (_client, terms) => {
      heard ??= terms
      throw new KrbError('KRB5_LIBOS_PWDINTR')
    },
    wipe: () => undefined,
  }
  try {
    await initialCredentials({ client, keySource: listener, ...(etypes !== undefined && { etypes }) }, context)
  } catch (error) {
    if (heard === undefined) throw error
  }
  if (heard === undefined) throw new Error('a log-in without a key')
  return { ...heard, salt: heard.salt ?? defaultSalt(client) }
}
