import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REQUESTS } from '../../src/commands/tkadmin/requests/index.ts'
import { decodeKeytab } from '../../src/core/keytab/format.ts'
import { localDatabase } from '../helpers/local-database.ts'
import { ours } from '../helpers/own-realm.ts'

/** What tkadmin does beyond MIT's kadmin: options of its own, files of principals, JSON. */
const { scratch, env, local, create } = localDatabase('tkadmin-beyond')
const json = (args: readonly string[], input = '') => JSON.parse(local(['--json', ...args], input).stdout)

beforeAll(() => create())
afterAll(() => scratch.remove())

describe('requests that may be repeated', () => {
  it('tell what they changed by their exit status', () => {
    const statuses = [
      ['addprinc', '--if-not-exists', '-randkey', 'again'],
      ['addprinc', '-randkey', '--if-not-exists', 'again'],
      ['addprinc', '-randkey', 'again'],
      ['modprinc', '--if-exists', '-maxlife', '1h', 'again'],
      ['addpol', 'pol', '--if-not-exists'],
      ['addpol', '--if-not-exists', 'pol'],
      ['delprinc', '--if-exists', 'again'],
      ['delprinc', '--if-exists', 'again'],
      ['delprinc', 'again'],
    ].map(words => local(words).code)
    expect(statuses).toEqual([0, 3, 1, 0, 0, 3, 0, 3, 1])
  })

  it('find nothing to do in every request that needs something to be there', () => {
    const requests = [
      ['modprinc --if-exists -maxlife 1h nobody', 'modify_principal: Principal'],
      ['setstr --if-exists nobody a b', 'set_string: Principal'],
      ['delstr nobody a --if-exists', 'del_string: Principal'],
      ['purgekeys --if-exists nobody', 'purgekeys: Principal'],
      ['delprinc --if-exists -force nobody', 'delete_principal: Principal'],
      ['renprinc -force --if-exists nobody somebody', 'rename_principal: No such entry in the database: nothing to do.'],
      ['modpol --if-exists -minlength 3 nopol', 'modify_policy: Policy'],
      ['delpol -force --if-exists nopol', 'delete_policy: Policy'],
    ] as const
    const done = local(
      [],
      requests
        .map(
          ([line]) => `${line}
`,
        )
        .join(''),
    )
    expect(done.stderr).toBe('')
    expect(done.stdout.match(/^[a-z_]+: .*: nothing to do\.$/gm)).toEqual(
      requests.map(([, text]) => (text.endsWith('.') ? text : `${text} does not exist: nothing to do.`)),
    )
  })

  it('leave everything as it is, and ask for no password in vain', () => {
    local(['addprinc', '-randkey', 'kept'])
    const before = json(['getprinc', 'kept'])
    expect(local(['addprinc', '--if-not-exists', '-maxlife', '1h', '-randkey', 'kept'])).toEqual({ code: 3, stdout: '', stderr: '' })
    expect(local(['addprinc', '--if-not-exists', 'kept'])).toEqual({ code: 3, stdout: '', stderr: '' })
    expect(json(['getprinc', 'kept'])).toEqual(before)
    expect(json(['addprinc', '--if-not-exists', '-randkey', 'kept'])).toEqual({
      schema: 1,
      request: 'add_principal',
      changed: false,
      reason: 'KADM5_DUP',
    })
    const query = local(['-q', 'addprinc --if-not-exists -randkey kept'])
    expect(query.code).toBe(0)
    expect(query.stdout).toContain('\nadd_principal: Principal or policy already exists: nothing to do.\n')
  })

  it('forgive nothing else', () => {
    expect(local(['addprinc', '--if-not-exists', '-randkey', '-policy', 'x', '-clearpolicy', 'other']).code).toBe(1)
    expect(local(['delprinc', '--if-exists', 'K/M']).code).toBe(1)
    local(['addprinc', '-randkey', 'other'])
    expect(local(['renprinc', '--if-exists', 'kept', 'other']).code).toBe(1)
  })

  it("take the value of an option of kadmin's for that", () => {
    expect(local(['addprinc', '-pw', '--if-not-exists', 'dashes'])).toMatchObject({ code: 0 })
    expect(local(['addprinc', '-pw', '--if-not-exists', 'dashes'])).toMatchObject({ code: 1 })
  })
})

describe('add_principal --from', () => {
  const LINES = [
    '{"principal":"b1","randkey":true,"maxlife":3600,"attributes":["+requires_preauth"],"maxrenewlife":"2 days"}',
    '{"principal":"b2","password":"pässword","policy":"none-such"}',
    '',
    '{"principal":"b3"}',
    '{"principal":"b4","password":"a-secret-of-b4","bogus":1}',
    '{"principal":"b1","randkey":true}',
    '{"principal":"b5","password":"a-secret-of-b5"',
    '{"principal":"b6","randkey":true,"maxlife":"whenever"}',
    '{"__proto__":{"principal":"b7"},"randkey":true}',
    '{"principal":"b8","randkey":1}',
    '["b9"]',
    `{"principal":"${'x'.repeat(66_000)}"}`,
    '{"principal":"b10","nokey":true}',
  ]

  it('adds a principal for each line and names the lines that fail', () => {
    writeFileSync(scratch.file('bulk'), LINES.join('\n'))
    const done = local(['addprinc', '--from', scratch.file('bulk')])
    expect(done.stdout.split('\n')).toEqual([
      'Principal "b1@CLI.TEST" created.',
      'Principal "b2@CLI.TEST" created.',
      'Principal "b10@CLI.TEST" created.',
      '3 created, 0 there already, 9 failed',
      '',
    ])
    expect(done.stderr.split('\n')).toEqual([
      'tkadmin.local: line 4: neither "password" nor "randkey" nor "nokey" while creating "b3"',
      'tkadmin.local: line 5: unknown field "bogus"',
      'tkadmin.local: line 6: Principal or policy already exists while creating "b1"',
      'tkadmin.local: line 7: not JSON',
      'tkadmin.local: line 8: Invalid date specification "whenever". while creating "b6"',
      'tkadmin.local: line 9: "principal" must be a name',
      'tkadmin.local: line 10: wrong value for "randkey"',
      'tkadmin.local: line 11: not a JSON object',
      'tkadmin.local: line 12: longer than 65536 octets',
      'tkadmin.local: 9 lines failed',
      '',
    ])
    expect(done.code).toBe(1)
    expect(done.stdout + done.stderr).not.toContain('a-secret')
    expect(json(['getprinc', 'b1']).principal).toMatchObject({
      maxLife: 3600,
      attributes: ['REQUIRES_PRE_AUTH'],
      maxRenewableLife: 172_800,
    })
    expect(json(['getprinc', 'b2']).principal).toMatchObject({ policy: 'none-such' })
    expect(json(['getprinc', 'b10']).principal).toMatchObject({ keys: [] })
  })

  it('takes standard input, options for all lines, and repetition', () => {
    const lines = '{"principal":"s1"}\n{"principal":"s2","password":"x","maxlife":60}\n'
    const first = local(['addprinc', '--from', '-', '-randkey', '-maxlife', '1h'], lines)
    expect(first).toEqual({
      code: 0,
      stdout: 'Principal "s1@CLI.TEST" created.\nPrincipal "s2@CLI.TEST" created.\n2 created, 0 there already, 0 failed\n',
      stderr: '',
    })
    expect(json(['getprinc', 's1']).principal.maxLife).toBe(3600)
    expect(json(['getprinc', 's2']).principal.maxLife).toBe(60)
    const again = local(['addprinc', '--from', '-', '-randkey', '--if-not-exists'], lines)
    expect(again).toEqual({ code: 3, stdout: '0 created, 2 there already, 0 failed\n', stderr: '' })
    const more = json(['addprinc', '--from', '-', '-randkey', '--if-not-exists'], `${lines}{"principal":"s3"}`)
    expect(more).toEqual({ schema: 1, request: 'add_principal', changed: true, created: 1, unchanged: 2, failed: 0, failures: [] })
    const missing = local(['addprinc', '--from', scratch.file('no-such-file')])
    expect(missing.stderr).toBe(`tkadmin.local: No such file or directory while reading ${scratch.file('no-such-file')}\n`)
    expect(missing.code).toBe(1)
  })

  it('does not take the requests that stand on standard input for principals', () => {
    const done = local([], 'addprinc --from -\n{"principal":"x"}\ngetprinc K/M\n')
    expect(done.stderr).toContain('add_principal: --from - is for the command line: standard input holds the requests\n')
    expect(done.stdout).toContain('Principal: K/M@CLI.TEST\n')
  })

  it('has said nothing that is not there when it is killed, and nothing is half there', { timeout: 60_000 }, async () => {
    const child = spawn(ours('tkadmin.local'), ['addprinc', '--from', '-'], { env, stdio: ['pipe', 'pipe', 'ignore'] })
    child.stdin.on('error', () => undefined) // it is killed while it is being written to
    child.stdin.write(Array.from({ length: 20_000 }, (_, i) => `{"principal":"k${i}","randkey":true}\n`).join(''))
    const acknowledged: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      const name = /^Principal "(k\d+@CLI\.TEST)" created\.$/.exec(line)?.[1]
      if (name !== undefined) acknowledged.push(name)
      if (acknowledged.length === 400) child.kill('SIGKILL')
    }
    expect(child.signalCode ?? (await once(child, 'close'))[1]).toBe('SIGKILL')
    expect(acknowledged.length).toBeGreaterThanOrEqual(400)
    const present: readonly string[] = json(['listprincs', 'k*']).principals.filter((name: string) => /^k\d/.test(name))
    expect(acknowledged.filter(name => !present.includes(name))).toEqual([])
    const terse = local([], present.map(name => `getprinc -terse ${name}\n`).join('')).stdout.split('\n')
    const whole = terse.filter(line => /^"k\d+@CLI\.TEST"\t.*\t2\t1\t1\t18\t0\t1\t1\t17\t0$/.test(line))
    expect(whole.length).toBe(present.length)
  })
})

describe('ktadd --base64', () => {
  it('prints a keytab and nothing else', () => {
    for (const name of ['host/one', 'host/two']) local(['addprinc', '-randkey', name])
    const done = local(['ktadd', '--base64', 'host/one', 'nobody', 'host/two'])
    expect(done).toMatchObject({ code: 0, stderr: 'tkadmin.local: Principal nobody does not exist.\n' })
    expect(done.stdout).toMatch(/^[A-Za-z0-9+/]+=*\n$/)
    const entries = decodeKeytab(Buffer.from(done.stdout, 'base64')).entries.map(({ entry }) => entry)
    expect(entries.map(({ principal, kvno, key }) => [principal.components[1], kvno, key.etype])).toEqual([
      ['one', 2, 18],
      ['one', 2, 17],
      ['two', 2, 18],
      ['two', 2, 17],
    ])
    local(['ktadd', '-norandkey', '-q', '-k', scratch.file('keytab'), 'host/one'])
    const present = decodeKeytab(readFileSync(scratch.file('keytab'))).entries.map(({ entry }) => entry)
    expect(present.map(({ key }) => key.value.use(o => Buffer.from(o).toString('hex')))).toEqual(
      entries.slice(0, 2).map(({ key }) => key.value.use(o => Buffer.from(o).toString('hex'))),
    )
  })
  it('goes with neither a file nor JSON, which are refused before a key is changed', () => {
    const kvno = json(['getprinc', 'host/one']).principal.kvno
    expect(local(['ktadd', '--base64', '-k', 'x', 'host/one'])).toMatchObject({ code: 1, stdout: '' })
    const refused = local(['--json', 'ktadd', '--base64', 'host/one'])
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'USAGE' } })
    expect(json(['getprinc', 'host/one']).principal.kvno).toBe(kvno)
    expect(local(['ktadd', '--base64', 'nobody']).stdout).toBe('')
  })
})

describe('--table', () => {
  it('is plain lines with tabs for other programs', () => {
    local(['addpol', '-minlength', '8', 'strict'])
    local(['addprinc', '-pw', 'long-enough', '-policy', 'strict', '+requires_preauth', 'shown'])
    const row = 'shown@CLI.TEST\tstrict\t1: aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96\tREQUIRES_PRE_AUTH\t\t\t\t0\n'
    expect(local(['listprincs', '--table', 'shown*']).stdout).toBe(row)
    expect(local(['getprinc', '--table', 'shown']).stdout).toBe(row)
    expect(local(['listpols', '--table', 's*']).stdout).toBe('strict\t\t\t8\t1\t1\t\t\t\t\n')
    expect(local(['getpol', 'strict', '--table']).stdout).toBe('strict\t\t\t8\t1\t1\t\t\t\t\n')
  })
})

describe('--json', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/json.md'), 'utf8')
  const documented = new Map<string, string[]>()
  // Some requests have a second word, and a line for each.
  for (const [, request, fields] of page.matchAll(/^\| (\w+)(?: \w+)? \| (.*) \|$/gm)) {
    const names = [...fields!.matchAll(/`(\w+)`/g)].map(match => match[1]!)
    documented.set(request!, [...(documented.get(request!) ?? []), ...names])
  }
  /** Every request once, in an order in which it succeeds. */
  const CALLS: readonly (readonly string[])[] = [
    ['addprinc', '-randkey', 'json/a'],
    ['modprinc', '-maxlife', '1h', 'json/a'],
    ['cpw', '-randkey', 'json/a'],
    ['getprinc', 'json/a'],
    ['listprincs', 'json/*'],
    ['alias', 'json/alias', 'json/a'],
    ['setstr', 'json/a', '__proto__', 'value'],
    ['getstrs', 'json/a'],
    ['delstr', 'json/a', '__proto__'],
    ['addpol', 'json'],
    ['modpol', '-minlength', '2', 'json'],
    ['getpol', 'json'],
    ['listpols'],
    ['delpol', '-force', 'json'],
    ['getprivs'],
    ['trust', 'list'],
    ['ktadd', '-k', 'KEYTAB', 'json/a'],
    ['ktremove', '-k', 'KEYTAB', 'json/a', 'all'],
    ['purgekeys', 'json/a'],
    ['renprinc', '-force', 'json/a', 'json/b'],
    ['delprinc', '-force', 'json/b'],
    ['lock'],
    ['unlock'],
    ['list_requests'],
    ['help'],
    ['quit'],
  ]

  it('answers every request with the fields that docs/json.md lists', () => {
    const seen = new Map<string, Record<string, unknown>>()
    const lines = CALLS.map(words => words.map(word => (word === 'KEYTAB' ? scratch.file('json.keytab') : word)).join(' '))
    const documents = local(['--json'], lines.join('\n')).stdout.split(/^(?=\{$)/m)
    for (const document of documents) {
      const { schema, request, ...fields } = JSON.parse(document)
      expect(schema).toBe(1)
      seen.set(request, fields)
      expect(fieldsOf(fields).filter(field => !documented.get(request)?.includes(field))).toEqual([])
    }
    expect([...seen.keys()].sort()).toEqual(REQUESTS.map(({ names }) => names[0]).sort())
    expect([...documented.keys()]).toEqual(expect.arrayContaining([...seen.keys()]))
    expect(seen.get('get_strings')).toEqual({ strings: JSON.parse('{"__proto__":"value"}') })
    expect(seen.get('ktadd')).toMatchObject({ changed: true, added: [{ principal: 'json/a', kvno: 3 }, { kvno: 3 }] })
    expect(seen.get('rename_principal')).toEqual({ renamed: 'json/a@CLI.TEST', to: 'json/b@CLI.TEST', changed: true })
    expect(seen.get('unlock')).toEqual({ changed: false })
  })

  it('keeps names that a terminal would act on', () => {
    const name = 'odd\u001b[31m\u202e "'
    expect(json(['addprinc', '-randkey', name]).created).toBe(`${name}@CLI.TEST`)
  })

  it('says what is wrong with words', () => {
    expect(json(['getprinc'])).toMatchObject({ error: { code: 'USAGE', message: 'usage: get_principal [-terse] principal' } })
    expect(json(['nonsense'])).toMatchObject({ error: { code: 'USAGE', message: 'Command not found nonsense' } })
    expect(json(['ktadd'])).toMatchObject({ request: 'ktadd', error: { code: 'USAGE' } })
    expect(json(['-q', 'addprinc --from'])).toMatchObject({ error: { message: 'add_principal: --from needs a value: FILE' } })
    expect(json(['delprinc', 'nobody'])).toMatchObject({ error: { code: 'KADM5_UNK_PRINC' } })
  })
})

/** Names of all fields inside, but not those of string attributes. */
function fieldsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(fieldsOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .flatMap(([key, inner]) => (key === 'strings' || key === 'error' ? [key] : [key, ...fieldsOf(inner)]))
    .filter(key => key !== 'error')
}
