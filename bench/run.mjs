// node bench/run.mjs NAME: runs bench/NAME.ts, bundled on the fly (Node 20 does not read TypeScript).
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [name] = process.argv.slice(2)
const outfile = join(root, 'node_modules/.cache/bench', `${name}.mjs`)
mkdirSync(dirname(outfile), { recursive: true })

// A bundle stands elsewhere than its parts, which find the programs beside themselves.
const ownFolder = {
  name: 'own-folder',
  setup(build) {
    build.onLoad({ filter: /test\/helpers\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
      loader: 'ts',
    }))
  },
}

await build({
  entryPoints: [join(root, 'bench', `${name}.ts`)],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  packages: 'external',
  logLevel: 'warning',
  plugins: [ownFolder],
  outfile,
})
await import(pathToFileURL(outfile).href)
