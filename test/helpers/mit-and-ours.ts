import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ours } from './own-realm.ts'
import { type Finished, run, which } from './process.ts'

/** One folder with a realm's configuration and a `bin` that has MIT's names, pointing either at MIT's programs or at ours. */
export interface Side {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  run(program: string, args: readonly string[], input?: string): Finished
}

/** The same realm twice, for tests that hold our administration programs against MIT's. `kdcRealm` goes into the realm's stanza. */
export function twoSides(root: string, realm: string, kdcRealm: readonly string[] = []): { readonly mit: Side; readonly own: Side } {
  return { mit: side(join(root, 'mit'), realm, kdcRealm, which), own: side(join(root, 'own'), realm, kdcRealm, program => OURS[program]) }
}

/** Outputs made comparable: folders, dates and times of day differ from run to run. */
export function leveled(text: string, { folder }: Pick<Side, 'folder'>): string {
  return text
    .replaceAll(folder, '<FOLDER>')
    .replaceAll('<FOLDER>/bin/', '')
    .replace(/[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}/g, date => (date.includes(THIS_YEAR) ? '<NOW>' : date))
    .replace(/(?<=\t)\d{10}(?=\t)/g, seconds => (Math.abs(Number(seconds) - Date.now() / 1000) < FORTNIGHT ? '<NOW>' : seconds))
}

function side(folder: string, realm: string, kdcRealm: readonly string[], find: (program: string) => string | undefined): Side {
  mkdirSync(join(folder, 'bin'), { recursive: true })
  for (const program of Object.keys(OURS)) {
    // Absent only where the tests are skipped for it: vitest reads the bodies of skipped suites too.
    const target = find(program)
    if (target !== undefined) symlinkSync(target, join(folder, 'bin', program))
  }
  writeFileSync(join(folder, 'krb5.conf'), `[libdefaults]\n default_realm = ${realm}\n dns_lookup_kdc = false\n`)
  writeFileSync(
    join(folder, 'kdc.conf'),
    `[realms]
 ${realm} = {
  database_name = ${join(folder, 'principal')}
  key_stash_file = ${join(folder, 'stash')}
  max_life = 1d
  max_renewable_life = 7d
${kdcRealm.map(line => `  ${line}\n`).join('')} }
`,
  )
  const env = {
    KRB5_CONFIG: join(folder, 'krb5.conf'),
    KRB5_KDC_PROFILE: join(folder, 'kdc.conf'),
    KRB5CCNAME: `FILE:${join(folder, 'cc')}`,
    KRB5_KTNAME: `FILE:${join(folder, 'keytab')}`,
    USER: 'root',
    // MIT's line reader shortens what it echoes to the width of a screen.
    COLUMNS: '1000',
    TZ: 'UTC',
  }
  return {
    folder,
    env,
    run: (program, args, input) => run(join(folder, 'bin', program), args, { env, ...(input === undefined ? {} : { input }) }),
  }
}

const OURS: Readonly<Record<string, string>> = { 'kadmin.local': ours('tkadmin.local'), kdb5_util: ours('tkdb5_util') }

/** A policy's password life is among the times that count from now. */
const FORTNIGHT = 14 * 86_400
const THIS_YEAR = String(new Date().getUTCFullYear())
