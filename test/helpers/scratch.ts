import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that is there for one test file. */
export interface Scratch {
  readonly path: string
  file(name: string): string
  remove(): void
}

export function scratchFolder(name: string): Scratch {
  const path = mkdtempSync(join(tmpdir(), `tkrb5-${name}-`))
  return { path, file: entry => join(path, entry), remove: () => rmSync(path, { recursive: true, force: true }) }
}
