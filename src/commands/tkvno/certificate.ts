import type { Bytes } from '../../core/bytes/bytes.ts'
import { decodeText } from '../../core/bytes/text.ts'
import type { Env } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'

/** The first certificate of a PEM file (RFC 7468) as DER. Throws what reading throws, and `EINVAL` in MIT's words for what is no such file. */
export async function readCertificate(path: string, { files }: Pick<Env, 'files'>): Promise<Bytes> {
  const lines = decodeText(await files.read(path, { maxBytes: MAX_OCTETS }))
    .split('\n')
    .map(line => line.trim())
  const begin = lines.findIndex(line => line.startsWith('-----BEGIN CERTIFICATE-----'))
  if (begin < 0) throw invalid('No begin line not found', path)
  const rest = lines.slice(begin + 1)
  const end = rest.findIndex(line => line.startsWith('-----END '))
  const body = end < 0 ? rest : rest.slice(0, end)
  if (body.some(line => line === '' || line.includes(':'))) throw invalid('Unexpected header line', path)
  if (end < 0) throw invalid('No end line found', path)
  const text = body.join('')
  if (!BASE64.test(text) || text.length % 4 !== 0) throw invalid('Invalid base64', path)
  return new Uint8Array(Buffer.from(text, 'base64'))
}

function invalid(text: string, path: string): KrbError {
  return new KrbError('EINVAL', { path }, { text })
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const MAX_OCTETS = 1 << 20
