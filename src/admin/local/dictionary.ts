import { decodeText } from '../../core/bytes/text.ts'
import type { Files } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'

/** Reads dict_file once, when first asked: one word a line. A file that is not there means no dictionary. */
export function dictionaryReader(path: string | undefined, files: Files): () => Promise<ReadonlySet<string> | undefined> {
  let words: Promise<ReadonlySet<string> | undefined> | undefined
  return () => {
    words ??= path === undefined ? Promise.resolve(undefined) : readWords(path, files)
    return words
  }
}

async function readWords(path: string, files: Files): Promise<ReadonlySet<string> | undefined> {
  try {
    const octets = await files.read(path, { maxBytes: MAX_DICTIONARY })
    return new Set(
      decodeText(octets)
        .toLowerCase()
        .split('\n')
        .filter(word => word !== ''),
    )
  } catch (error) {
    if (error instanceof KrbError && error.code === 'ENOENT') return undefined
    throw error
  }
}

const MAX_DICTIONARY = 64 << 20
