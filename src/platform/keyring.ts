import { decodeText, encodeText } from '../core/bytes/text.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { Secret } from '../core/secret/secret.ts'

/** The keychain of the person who is logged in: Secret Service, macOS Keychain or Windows Credential Vault. Accounts are principals. */
export interface Keyring {
  /** undefined when there is nothing for the account. */
  password(account: string): Promise<Secret | undefined>
  save(account: string, password: Secret): Promise<void>
  /** False when there was nothing. */
  forget(account: string): Promise<boolean>
}

/**
 * Loads keytar, whose entries other programs can read as well. Everything throws `EOPNOTSUPP`, `EIO` or `ETIMEDOUT` where there is no
 * keychain or it does not answer. Passwords go through strings here, which cannot be wiped.
 */
export async function openKeyring(): Promise<Keyring> {
  const keytar = await loadKeytar()
  return {
    async password(account) {
      const found = await inTime(keytar.getPassword(SERVICE, account))
      return found === null ? undefined : new Secret(encodeText(found))
    },
    async save(account, password) {
      const text = password.use(decodeText)
      if (STRAY_OCTET.test(text)) throw unusable('EIO', 'it keeps only passwords that are valid UTF-8')
      await inTime(keytar.setPassword(SERVICE, account, text))
    },
    forget: account => inTime(keytar.deletePassword(SERVICE, account)),
  }
}

async function loadKeytar(): Promise<typeof import('keytar')> {
  try {
    const loaded = await import('keytar')
    return 'default' in loaded ? (loaded.default as typeof loaded) : loaded
  } catch (error) {
    throw unusable('EOPNOTSUPP', 'the optional package keytar or a library that it needs (libsecret) is not installed', error)
  }
}

/** A keychain asks its owner to unlock it, and waits without end where nobody can be asked. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unusable('ETIMEDOUT', 'it did not answer')), PATIENCE_MS)
  })
  try {
    return await Promise.race([work, late])
  } catch (error) {
    throw error instanceof KrbError ? error : unusable('EIO', error instanceof Error ? error.message : String(error), error)
  } finally {
    clearTimeout(timer)
  }
}

function unusable(code: 'EIO' | 'EOPNOTSUPP' | 'ETIMEDOUT', reason: string, cause?: unknown): KrbError {
  return new KrbError(code, {}, { text: `The keychain cannot be used: ${reason}`, cause })
}

/** What `decodeText` makes of octets that are no UTF-8. */
const STRAY_OCTET = /[\udc80-\udcff]/u
const SERVICE = 'tkrb5'
const PATIENCE_MS = 60_000
