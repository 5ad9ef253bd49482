import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

/**
 * Runs a piece of TypeScript in a process of its own, so that it can be killed or have its own umask. Imports in it are relative to the
 * repository's root. It is bundled first, because Node 20 does not read TypeScript.
 */
export async function spawnScript(source: string): Promise<ChildProcess> {
  const root = resolve(import.meta.dirname, '../..')
  const folder = join(root, 'node_modules/.cache/test-scripts')
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, `${process.pid}-${++count}.mjs`)
  await build({
    stdin: { contents: source, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'error',
  })
  return spawn(process.execPath, [outfile], { stdio: ['pipe', 'pipe', 'inherit'] })
}

let count = 0
