// Builds dist/: one minified bundle per program with a V8 code cache taken after one run, chunks for what few runs need, and the library.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { WARM_UPS, warmFolder } from './warm-ups.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const programs = JSON.parse(readFileSync(join(root, 'scripts/programs.json'), 'utf8'))

// Native packages stay packages; these are loaded by the few runs that ask for them.
const NATIVE = ['fs-native-extensions', 'keytar', 'node-gyp-build-optional-packages']
const CHUNKS = ['inquirer', 'cli-table3', 'asn1js']

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { TKRB5_VERSION: JSON.stringify(version) },
}

// Chunks are required from bin/, where the launcher is.
const chunksAside = {
  name: 'chunks-aside',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(${CHUNKS.join('|')})$`) }, ({ path }) => ({
      path: `../dist/chunk-${path}.cjs`,
      external: true,
    }))
  },
}

// lmdb's JavaScript goes into the bundles and their code caches; what it loads besides is not used with binary keys and values.
const lmdbInside = {
  name: 'lmdb-inside',
  setup(build) {
    const addon = join(root, 'scripts/lmdb-addon.cjs')
    build.onResolve({ filter: /^lmdb$/ }, () => ({ path: join(root, 'node_modules/lmdb/dist/index.cjs') }))
    build.onResolve({ filter: /^node-gyp-build-optional-packages$/ }, ({ importer }) => (importer === addon ? undefined : { path: addon }))
    build.onResolve({ filter: /^msgpackr-extract$/ }, () => ({ path: 'none', namespace: 'empty' }))
    build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: '' }))
  },
}

const { build } = await import('esbuild').catch(() => {
  // `npm ci --omit=dev` in a package that was built before it was published.
  console.error('build: esbuild is not installed; dist/ stays as it is')
  process.exit(existsSync(dist) ? 0 : 1)
})

const only = process.argv.slice(2)
const wanted = Object.entries(programs).filter(([name]) => only.length === 0 || only.includes(name))
mkdirSync(dist, { recursive: true })

for (const [name, command] of wanted) {
  if (!existsSync(join(root, command))) continue
  await buildProgram(name, command)
}
// After all bundles, because a warm-up may need another program.
for (const [name, command] of wanted) {
  if (!existsSync(join(root, command))) continue
  if (!takeCodeCache(name)) console.error(`build: no code cache for ${name}; it starts without`)
}
if (only.length === 0) {
  for (const chunk of CHUNKS) await buildChunk(chunk)
  await buildCompletions()
  await buildLibrary()
}

/** dist/NAME.cjs, its first line a comment with the hash that names its code cache. */
async function buildProgram(name, command) {
  const result = await build({
    ...common,
    stdin: {
      contents: `import { main } from './src/commands/base.ts'\nimport { program } from './${command}'\nmain(program)\n`,
      resolveDir: root,
      sourcefile: `${name}.ts`,
      loader: 'ts',
    },
    format: 'cjs',
    // As require(), which the launcher's wrapper offers; a compiled script has no import().
    supported: { 'dynamic-import': false },
    external: NATIVE,
    // createRequire takes a path as well.
    define: { ...common.define, 'import.meta.url': '__filename' },
    plugins: [chunksAside, lmdbInside],
    write: false,
    outfile: join(dist, `${name}.cjs`),
  })
  const code = result.outputFiles[0].contents
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16)
  for (const file of codeCachesOf(name)) rmSync(join(dist, file))
  writeFileSync(join(dist, `${name}.cjs`), Buffer.concat([Buffer.from(`//${hash}\n`), code]))
}

async function buildChunk(chunk) {
  // The importer takes module.exports for the default export, as Node does.
  const contents = `const it = require('${chunk}')\nmodule.exports = it.default ?? it\n`
  const stdin = { contents, resolveDir: root, sourcefile: `${chunk}.cjs`, loader: 'js' }
  await build({ ...common, stdin, format: 'cjs', outfile: join(dist, `chunk-${chunk}.cjs`) })
}

/** Runs the program once (functions that ran are in the cache then) and has the launcher write what V8 compiled. */
function takeCodeCache(name) {
  const scratch = join(tmpdir(), `tkrb5-build-${process.pid}`)
  mkdirSync(scratch, { recursive: true })
  try {
    const env = warmFolder(scratch, writeFileSync)
    const { args, input = '', before = [], endAfterMs = 20_000 } = WARM_UPS[name](scratch)
    for (const [program, ...words] of before) spawnSync(process.execPath, [join(root, 'bin', program), ...words], { env, stdio: 'ignore' })
    spawnSync(process.execPath, [join(root, 'scripts', 'code-cache.cjs'), name, ...args], {
      env,
      input,
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: endAfterMs,
    })
    return codeCachesOf(name).length > 0
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function codeCachesOf(name) {
  return readdirSync(dist).filter(file => file.startsWith(`${name}.`) && /^[0-9a-f]{16}\.v8-.*\.cache$/.test(file.slice(name.length + 1)))
}

/** dist/completions/, from the programs' own tables. */
async function buildCompletions() {
  const imports = wanted.map(([, command], i) => `import { program as p${i} } from './${command}'\n`).join('')
  const contents = `${imports}import { completionFiles } from './src/commands/completions/index.ts'\nexport const files = completionFiles([${wanted.map((_, i) => `p${i}`)}])\n`
  const stdin = { contents, resolveDir: root, sourcefile: 'completions.ts', loader: 'ts' }
  const outfile = join(dist, 'completions.mjs')
  await build({ ...common, minify: false, stdin, format: 'esm', packages: 'external', outfile })
  const { files } = await import(pathToFileURL(outfile).href)
  rmSync(outfile)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dist, 'completions', path)), { recursive: true })
    writeFileSync(join(dist, 'completions', path), text)
  }
}

/** What `import 'tkrb5'` gives: a realm for Node programs, with types. */
async function buildLibrary() {
  const entry = join(root, 'src/realm/index.ts')
  if (!existsSync(entry)) return
  await build({ ...common, minify: false, entryPoints: [entry], format: 'esm', packages: 'external', outfile: join(dist, 'index.js') })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  if (!existsSync(tsc)) return
  const types = join(dist, 'types')
  rmSync(types, { recursive: true, force: true })
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.types.json', '--outDir', types], { cwd: root, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`types of the library: ${run.stdout}${run.stderr}`)
  for (const path of readdirSync(types, { recursive: true })) {
    if (!path.endsWith('.d.ts')) continue
    const file = join(types, path)
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(from '|import\(")(\.[^'"]*)\.ts(?=['"])/g, '$1$2.js'))
  }
}
