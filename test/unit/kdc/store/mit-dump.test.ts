import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../../src/core/bytes/bytes.ts'
import { decodeText, encodeText } from '../../../../src/core/bytes/text.ts'
import { KrbError } from '../../../../src/core/errors/krb-error.ts'
import { Secret } from '../../../../src/core/secret/secret.ts'
import type { PrincipalEntry } from '../../../../src/kdc/store/entry.ts'
import { MasterKey, masterKeyFromPassword, masterKeysOf, masterPrincipal } from '../../../../src/kdc/store/master-key.ts'
import { DUMP_FORMATS, type DumpFormat, policyLine, principalLine } from '../../../../src/kdc/store/mit-dump.ts'
import { DumpReader, type DumpRecord } from '../../../../src/kdc/store/mit-dump-reader.ts'

const VECTOR = resolve(import.meta.dirname, '../../../../../shared/vectors/kdb-dump.json')

describe.skipIf(!existsSync(VECTOR))("a dump of MIT's [skipped where the shared vectors are absent]", () => {
  const vector = existsSync(VECTOR) ? JSON.parse(readFileSync(VECTOR, 'utf8')) : {}

  it.each<[string, DumpFormat]>([
    ['latest', DUMP_FORMATS.latest],
    ['r18', DUMP_FORMATS.r18],
    ['r13', DUMP_FORMATS.r13],
    ['b7', DUMP_FORMATS.b7],
  ])('%s goes in and out, octet for octet', (name, format) => {
    const dump: string = name === 'latest' ? vector.dump_version_7 : vector.later_dumps_of_the_same_realm[name]
    const reader = readerOf(dump)
    expect(reader.format).toBe(format)
    expect(write(all(reader), format)).toBe(dump)
  })

  it('opens with its stash file: the keys of bob are those of his password', async () => {
    const entries = all(readerOf(vector.dump_version_7)).flatMap(one => (one.kind === 'principal' ? [one.entry] : []))
    const named = (name: string) => entries.find(({ principal }) => principal.components.join('/') === name)!
    const key = { etype: 18, value: new Secret(fromHex(vector.master_key)!) }
    const keys = masterKeysOf(named('K/M'), [{ kvno: 1, key }])
    const bob = named('bob')
    for (const data of bob.keyData) {
      expect(keys.openKey(bob, data).value.use(toHex)).toBe(vector.plain_keys['bob@FMT.TEST'][data.etype])
    }
    expect(bob.keyData.length).toBeGreaterThan(1)
  })

  it('has two master keys after add_mkey, either of which opens both', async () => {
    const [first] = all(readerOf(vector.master_key_rollover.K_M_entry_with_two_keys))
    const entry = (first as { entry: PrincipalEntry }).entry
    const second = await masterKeyFromPassword(18, new Secret(encodeText('mk2')), masterPrincipal('FMT.TEST'))
    for (const key of [{ etype: 18, value: new Secret(fromHex(vector.master_key)!) }, second]) {
      const keys = masterKeysOf(entry, [{ kvno: 1, key }])
      expect(keys.all.map(one => one.key.value.use(toHex))).toEqual([vector.master_key_rollover.second_key, vector.master_key])
    }
  })
})

const HEADER = 'kdb5_util load_dump version 7\n'
const LINE = 'princ\t38\t3\t1\t1\t0\ta@R\t128\t10\t20\t0\t0\t0\t0\t0\t8\t2\t0100\t1\t1\t18\t2\tabCD\t-1;\n'
const POLICY = 'policy\tp\t1\t2\t3\t4\t5\t0\t6\t7\t8\t0\t0\t0\t-\t0\n'

describe('a dump reader', () => {
  it.each([
    ['blanks and line ends between fields', LINE.replaceAll('\t', ' \n ').replace('a@R \n ', 'a@R ')],
    ['blank lines', `\n\n${LINE}`],
    ['two records', LINE + LINE],
    ['a policy with the fields of version 6', 'policy\tp\t1\t2\t3\t4\t5\t0\t6\t7\t8\n'],
    ['a policy', POLICY],
    ['a name without a realm', LINE.replace('3\t1\t1\t0\ta@R', '1\t1\t1\t0\ta')],
    ['nothing', ''],
  ])('takes %s', (_title, records) => {
    const got = all(readerOf(HEADER + records))
    for (const record of got) {
      if (record.kind === 'principal') expect(principalLine(record.entry, DUMP_FORMATS.latest)).toBe(LINE.replace('abCD', 'abcd'))
      else expect(policyLine(record.policy, DUMP_FORMATS.latest)).toBe(POLICY)
    }
    expect(got.length).toBe(records.split(/princ|policy/).length - 1)
  })

  it.each([
    ['', 'trash at the end', LINE.replace(';', ';foo bar'), 'foo bar\n'],
    ['', 'no semicolon', LINE.replace(';', ''), '\n'],
  ])('%stakes and tells %s', (_none, _title, record, trash) => {
    const told: string[] = []
    const reader = readerOf(HEADER + record + LINE, { onTrash: (octets, line) => told.push(`${line} ${decodeText(octets)}`) })
    expect(all(reader)).toHaveLength(2)
    expect(told).toEqual([`2 ${trash}`])
  })

  it.each([
    ['cannot match size tokens', LINE.replace('38', '39')],
    ['cannot match size tokens', LINE.replace('\t3\t', '\tx\t')],
    ['cannot allocate principal (too large)', LINE.replace('\t3\t', '\t-3\t')],
    ['cannot allocate tl_data (too large)', LINE.replace('a@R', 'a@R').replace('3\t1\t1', '3\t65536\t1')],
    ['invalid key_data size', LINE.replace('3\t1\t1', '3\t1\t32768')],
    ['invalid principal extra data size', LINE.replace('1\t0\ta', '1\t2\ta')],
    ['cannot read name string', LINE.replace('\t3\t', '\t3000000\t')],
    ['cannot read principal attributes', LINE.replace('\t3\t', '\t2\t')],
    ['cannot read tagged data type and length', LINE.replace('3\t1\t1', '3\t9\t1')],
    ['data type or length overflowed', LINE.replace('8\t2\t', '40000\t2\t')],
    ['data type or length overflowed', LINE.replace('8\t2\t', '8\t65536\t')],
    ['cannot read tagged data contents', LINE.replace('0100', '010')],
    ['cannot read key size and version', LINE.replace('3\t1\t1', '3\t1\t2')],
    ['unsupported key_data_ver version', LINE.replace('1\t1\t18', '3\t1\t18')],
    ['invalid kvno', LINE.replace('1\t1\t18', '1\t65536\t18')],
    ['cannot read key type and length', LINE.replace('18\t2', '18\t-2')],
    ['cannot read key data', LINE.replace('abCD', 'abxy')],
    ['cannot read extra data', LINE.replace('-1;', '-2;')],
    ['cannot read principal attributes', LINE.slice(0, 30)],
  ])('says with the line: %s', (text, record) => {
    const reader = readerOf(HEADER + LINE + record)
    expect(reader.next()).toBeDefined()
    expect(() => reader.next()).toThrow(expect.objectContaining({ message: text, params: { line: 3, located: 1 } }))
  })

  it.each([
    ['unknown record type "prince"', 'prince\t38', 1],
    ['cannot parse policy (0 read)', 'policy\n', 2],
    ['cannot parse policy (5 read)', 'policy\tp\t1\t2\t3\t4\n', 2],
    ['cannot parse policy (3 read)', 'policy\tp\t1\t2\t3\t4\t5\t0\t6\t7\t8\t1\t2\t3\n', 2],
  ])('says without the line: %s', (text, record, line) => {
    expect(() => all(readerOf(HEADER + record))).toThrow(expect.objectContaining({ message: text, params: { line, located: 0 } }))
  })

  it('says which name is none', () => {
    const failure = () => all(readerOf(HEADER + LINE.replace('3\t1\t1\t0\ta@R', '5\t1\t1\t0\ta@R@S')))
    expect(failure).toThrow(expect.objectContaining({ code: 'KRB5_PARSE_MALFORMED', params: expect.objectContaining({ name: 'a@R@S' }) }))
  })

  it.each([
    ['another version', HEADER.replace('7', '8'), undefined, 'KRB5_KDB_BAD_VERSION'],
    ['no line end', HEADER.trim(), undefined, 'KRB5_KDB_BAD_VERSION'],
    ['another version than asked for', HEADER, DUMP_FORMATS.r18, 'KRB5_KDB_BAD_VERSION'],
    ['an endless line', 'x'.repeat(1 << 20), undefined, 'KRB5_KDB_BAD_VERSION'],
    ['an empty file', '', undefined, 'KRB5_KDB_TRUNCATED_RECORD'],
  ])('refuses a header: %s', (_title, dump, format, code) => {
    expect(() => readerOf(dump, { format })).toThrow(KrbError)
    expect(() => readerOf(dump, { format })).toThrow(expect.objectContaining({ code }))
  })
})

it('a master key follows K/M, from a stash file too when all it knew is gone', async () => {
  const random = (length: number) => new Uint8Array(length)
  const key = (fill: number) => ({ etype: 18 as const, value: new Secret(new Uint8Array(32).fill(fill)) })
  const keyOf = (master: MasterKey, by = master) => ({
    version: 1 as const,
    kvno: master.kvno,
    etype: 18,
    sealed: by.sealKey(master.key, random),
    saltType: 0,
    salt: new Uint8Array(0),
  })
  const [one, two, three] = [1, 2, 3].map(kvno => new MasterKey(kvno, key(kvno))) as [MasterKey, MasterKey, MasterKey]
  const base = { ...(all(readerOf(HEADER + LINE))[0] as { entry: PrincipalEntry }).entry, tlData: [] }
  let entry: PrincipalEntry = { ...base, keyData: [keyOf(one)] }
  let stash = [{ kvno: 1, key: key(1) }]
  const keys = masterKeysOf(entry, stash).following(entry, { entry: () => entry, known: async () => stash })
  const kvnos = () => keys.all.map(({ kvno }) => kvno)
  entry = { ...base, keyData: [keyOf(three)] }
  await keys.upToDate()
  expect(kvnos()).toEqual([1])
  expect(() => keys.version(3)).toThrow(expect.objectContaining({ code: 'KRB5_KDB_NOMASTERKEY' }))
  stash = [{ kvno: 3, key: key(3) }]
  expect(keys.upToDate(60_000)).toBeUndefined()
  await keys.upToDate()
  expect(kvnos()).toEqual([3])
  entry = { ...base, keyData: [keyOf(three), keyOf(two, three)] }
  expect(keys.version(2).kvno).toBe(2)
  expect(kvnos()).toEqual([3, 2])
})

function readerOf(dump: string, options: Partial<ConstructorParameters<typeof DumpReader>[1]> = {}): DumpReader {
  const octets = Buffer.from(dump, 'latin1')
  let at = 0
  const read = (into: Uint8Array) => {
    const piece = octets.subarray(at, at + into.length)
    into.set(piece)
    at += piece.length
    return piece.length
  }
  return new DumpReader(read, { realm: 'R', ...options })
}

function all(reader: DumpReader): DumpRecord[] {
  const records: DumpRecord[] = []
  for (let next = reader.next(); next !== undefined; next = reader.next()) records.push(next)
  return records
}

function write(records: readonly DumpRecord[], format: DumpFormat): string {
  return (
    format.header + records.map(one => (one.kind === 'policy' ? policyLine(one.policy, format) : principalLine(one.entry, format))).join('')
  )
}
