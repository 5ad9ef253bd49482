import { decodeText } from '../../core/bytes/text.ts'
import type { KdcConfig } from '../../core/config/kdc-conf.ts'
import type { Files } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import type { Acl } from './entry.ts'
import { parseAcl } from './parse.ts'

/**
 * The rules of `acl_file`; none when it is set to the empty string. A file that cannot be read or understood opens nothing: whoever wants to serve has to give up.
 * Throws the errno with MIT's words, and what `parseAcl` throws.
 */
export async function loadAcl({ aclFile: path, realm }: Pick<KdcConfig, 'aclFile' | 'realm'>, files: Files): Promise<Acl> {
  if (path === '') return []
  return parseAcl(decodeText(await contents(path, files)), { path, realm })
}

async function contents(path: string, files: Files): Promise<Uint8Array> {
  try {
    return await files.read(path, { maxBytes: MAX_ACL })
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    throw new KrbError(error.code, { path }, { text: `Cannot open ${path}: ${error.message}`, hints: error.hints, cause: error })
  }
}

const MAX_ACL = 16 << 20
