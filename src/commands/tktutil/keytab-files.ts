import { type Bytes, concat } from '../../core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../core/bytes/text.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { decodeKeytab, encodeKeytab } from '../../core/keytab/format.ts'
import type { KeytabEntry } from '../../core/keytab/keytab.ts'
import type { KeytabConfig } from '../../core/keytab/resolve.ts'
import { resolveKeytab } from '../../core/keytab/resolve.ts'

/** The keytabs that requests read from and write to beside the one that they are about. */
export interface KeytabFiles {
  read(name: string): Promise<readonly KeytabEntry[]>
  /** Appends. The result is for standard output: the keytab, when that is where it goes. */
  write(name: string, entries: readonly KeytabEntry[]): Promise<string>
}

/** Names mean what they mean to MIT's ktutil: any keytab to read, a file to write. */
export function namedKeytabs(env: Env, config: KeytabConfig): KeytabFiles {
  return {
    read: async name => (await resolveKeytab(name, env, config, 'server')).entries(),
    async write(name, entries) {
      const keytab = await resolveKeytab(`WRFILE:${name}`, env, config, 'server')
      if (entries.length > 0) await keytab.add(entries)
      return ''
    },
  }
}

export interface Streams {
  /** The file's text is base64, as secrets are handed out. */
  readonly base64: boolean
  /** Everything that standard input has. */
  input(): Bytes
}

/** The same, and `-` is standard input or output, and files may be in base64. */
export function streamedKeytabs(env: Env, config: KeytabConfig, { base64, input }: Streams): KeytabFiles {
  const named = namedKeytabs(env, config)
  const decoded = (octets: Bytes) => decodeKeytab(base64 ? fromBase64(octets) : octets).entries.map(({ entry }) => entry)
  return {
    async read(name) {
      if (name === '-') return decoded(input())
      return base64 ? decoded(await env.files.read(name)) : named.read(name)
    },
    async write(name, entries) {
      if (name === '-') return base64 ? asBase64(entries) : decodeText(encodeKeytab(entries))
      if (!base64) return named.write(name, entries)
      const present = (await env.files.stat(name)) === undefined ? [] : decoded(await env.files.read(name))
      await env.files.replace(name, encodeText(asBase64([...present, ...entries])), { mode: 0o600 })
      return ''
    },
  }
}

function asBase64(entries: readonly KeytabEntry[]): string {
  return `${Buffer.from(encodeKeytab(entries)).toString('base64')}\n`
}

/** Broken lines and blanks are taken; anything else that is no base64 is `KRB5_KT_FORMAT`. */
function fromBase64(octets: Bytes): Bytes {
  const text = decodeText(octets).replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replace(/=/g, '').length % 4 === 1) {
    throw new KrbError('KRB5_KT_FORMAT', {}, { text: 'Not a keytab in base64' })
  }
  return concat(Buffer.from(text, 'base64'))
}
