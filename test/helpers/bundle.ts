import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { buildSync } from 'esbuild'

const ROOT = resolve(import.meta.dirname, '../..')

/** A program from TypeScript text that may import from `src/`; for tests that need a process of their own. Returns its path. */
export function bundle(name: string, source: string): string {
  const folder = resolve(ROOT, 'node_modules/.cache/tkrb5-tests')
  mkdirSync(folder, { recursive: true })
  const outfile = resolve(folder, `${name}-${process.pid}.cjs`)
  buildSync({
    stdin: { contents: source, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    external: ['fs-native-extensions'],
    logOverride: { 'empty-import-meta': 'silent' },
  })
  return outfile
}
