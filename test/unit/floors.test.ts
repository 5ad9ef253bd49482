import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/** docs/architecture.md, "The floors": imports go down only, and each foreign package has one door. */
const SRC = resolve(import.meta.dirname, '../../src')

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  platform: ['platform', 'core'],
  'kdc-client': ['kdc-client', 'core'],
  kdc: ['kdc', 'core'],
  admin: ['admin', 'core'],
  'admin/client': ['admin', 'kdc-client', 'core'],
  'admin/local': ['admin', 'kdc', 'core'],
  'admin/run': ['admin', 'kdc', 'core'],
  'admin/server': ['admin', 'kdc', 'core'],
  realm: ['realm', 'admin', 'kdc', 'kdc-client', 'platform', 'core'],
  commands: ['commands', 'realm', 'admin', 'kdc', 'kdc-client', 'platform', 'core'],
}

/** Foreign module -> the places that may import it. */
const DOORS: readonly { readonly module: RegExp; readonly door: RegExp }[] = [
  { module: /^(asn1js|pkijs)$/, door: /^core\/pki\// },
  { module: /^lmdb$/, door: /^kdc\/store\/lmdb\// },
  { module: /^@oclif\//, door: /^commands\/base\.ts$/ },
  { module: /^inquirer$|^@inquirer\//, door: /^commands\/ask\.ts$/ },
  { module: /^cli-table3$/, door: /^commands\/text\/table\.ts$/ },
  { module: /^@noble\//, door: /^core\/crypto\/primitives\// },
  { module: /^keytar$/, door: /^platform\/keyring\.ts$/ },
  { module: /^dns-packet$/, door: /^platform\/uri-records\.ts$/ },
  { module: /^fs-native-extensions/, door: /^platform\/lock\.ts$/ },
]

/** Node's own modules: the core gets the world through Env, crypto has one wall, sockets stay in servers and platform. */
const NODE_DOORS: readonly { readonly module: RegExp; readonly floors: RegExp }[] = [
  { module: /^node:crypto$/, floors: /^(core\/crypto\/primitives\/|platform\/)/ },
  { module: /^node:(net|dgram|dns|tls|http|https|http2)(\/|$)/, floors: /^(platform|kdc\/server|admin\/server|admin\/client)\// },
  {
    module: /^node:(fs|child_process|cluster|os|tty|readline|process|worker_threads)(\/|$)/,
    floors: /^(platform|kdc|admin|realm|commands)\//,
  },
]

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .map(path => path.replaceAll('\\', '/'))

describe('floors', () => {
  it('reads the whole of src', () => {
    expect(files.length).toBeGreaterThan(50)
  })
  it.each(files)('%s imports downwards only', path => {
    expect(violations(path, readFileSync(join(SRC, path), 'utf8'))).toEqual([])
  })
  it('sees an upward import, a foreign door and a socket in the core', () => {
    const source = `import { a } from '../../kdc/handler.ts'\nimport lmdb from 'lmdb'\nconst net = await import('node:net')\nexport { b } from '../../commands/base.ts'\nconsole.log(1)`
    expect(violations('core/bytes/bytes.ts', source)).toHaveLength(5)
  })
})

function violations(path: string, source: string): string[] {
  const found: string[] = []
  for (const target of imports(source)) {
    const reason = target.startsWith('.') ? upward(path, target) : foreign(path, target)
    if (reason !== undefined) found.push(`${path}: ${target}: ${reason}`)
  }
  if (path.startsWith('core/')) {
    for (const [word] of withoutComments(source).matchAll(/\bprocess\.|\bconsole\.|\bDate\.now\(|\bMath\.random\(/g))
      found.push(`${path}: ${word}`)
  }
  return found
}

function imports(source: string): string[] {
  return [
    ...withoutComments(source).matchAll(/(?:from\s+|import\s*\(\s*|import\s+|require\(\s*|require\.resolve\(\s*)['"]([^'"]+)['"]/g),
  ].map(match => match[1]!)
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

function upward(path: string, target: string): string | undefined {
  const to = relative(SRC, resolve(SRC, dirname(path), target)).replaceAll('\\', '/')
  const from = floorOf(path)
  const allowed = MAY_IMPORT[from]
  if (allowed === undefined) return `the floor ${from} is not in the table`
  return allowed.includes(to.split('/')[0]!) ? undefined : `${from} may not import ${to}`
}

function floorOf(path: string): string {
  const [top, second] = path.split('/')
  return MAY_IMPORT[`${top}/${second}`] === undefined ? top! : `${top}/${second}`
}

function foreign(path: string, target: string): string | undefined {
  for (const { module, door } of DOORS) if (module.test(target)) return door.test(path) ? undefined : `only ${door} may import it`
  for (const { module, floors } of NODE_DOORS) if (module.test(target) && !floors.test(path)) return `only ${floors} may import it`
  return undefined
}
