import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Bytes } from '../../../../src/core/bytes/bytes.ts'

const FOLDER = resolve(import.meta.dirname, '../../../../../shared/vectors')

export const vectorsPresent = existsSync(FOLDER)

/** The cases of a vector file whose name matches, as octets. */
export function sampleFiles(file: string, wanted: RegExp): readonly { readonly name: string; readonly octets: Bytes }[] {
  const { cases } = JSON.parse(readFileSync(resolve(FOLDER, `${file}.json`), 'utf8')) as { cases: readonly Case[] }
  return cases
    .map(one => ({
      name: String(one.name ?? one.path ?? one.version),
      octets: new Uint8Array(Buffer.from(one.file ?? one.hex ?? '', 'hex')),
    }))
    .filter(({ name }) => wanted.test(name))
}

interface Case {
  readonly name?: string
  readonly path?: string
  readonly version?: number
  readonly file?: string
  readonly hex?: string
}
