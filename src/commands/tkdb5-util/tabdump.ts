import { closeSync } from 'node:fs'
import { toHex } from '../../core/bytes/bytes.ts'
import { encodeText } from '../../core/bytes/text.ts'
import { saltTypeName } from '../../core/config/key-salts.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { PrincipalAttribute, principalAttributeNames } from '../../core/flags/principal-attributes.ts'
import { unparsePrincipal } from '../../core/principal/principal.ts'
import { etypeName, etypeNames } from '../../core/registry/etype.ts'
import { isoTime } from '../../core/time/format.ts'
import { aliasTarget } from '../../kdc/store/alias.ts'
import type { PrincipalEntry } from '../../kdc/store/entry.ts'
import { entryName } from '../../kdc/store/entry-name.ts'
import { type KadmData, readKadmData } from '../../kdc/store/kadm-data.ts'
import { readMasterKvno, readModification, readStrings, readTime, TlType } from '../../kdc/store/tl-data.ts'
import { failed, onDatabase } from './master-entry.ts'
import { OctetSink, openToWrite, printSink, writeAll } from './octet-files.ts'
import { type Done, tried, type Work } from './work.ts'

export interface TableStyle {
  /** Comma-separated values with quotes where they are needed; otherwise tabs and none. */
  readonly csv: boolean
  /** Empty octets as nothing instead of -1. */
  readonly emptyHexEmpty: boolean
  /** Numbers for enctypes, salt types, flags and times. */
  readonly numeric: boolean
  readonly header: boolean
}

export function isTableType(word: string): word is TableType {
  return Object.hasOwn(TABLES, word)
}

/** One table of the whole database, for reports: to standard output or into `file`, which need not be new. */
export function tabdump(type: TableType, style: TableStyle, file: string | undefined, work: Work): Promise<Done> {
  return onDatabase(work, async master => {
    const toFile = file !== undefined && file !== '-'
    const fd = toFile ? await tried(work, `opening ${file} for writing`, async () => openToWrite(file)) : undefined
    if (toFile && fd === undefined) return failed(master)
    const sink = fd === undefined ? printSink(text => work.print(text)) : new OctetSink(octets => writeAll(fd, octets))
    let rows = 0
    const write = (fields: readonly Field[]) => {
      sink.line(`${Buffer.from(encodeText(line(fields, style))).toString('latin1')}\n`)
      rows++
    }
    const done = await tried(work, 'performing tabular dump', async () => {
      if (style.header) sink.line(`${TABLES[type].fields.join(style.csv ? ',' : '\t')}\n`)
      for await (const entry of master.store.principals()) for (const row of TABLES[type].rows(entry, style)) write(row)
      sink.flush()
      return true
    })
    if (fd !== undefined) closeSync(fd)
    return done === undefined ? failed(master) : { status: master.failures, result: { rows } }
  })
}

type Field = string | number

interface Table {
  readonly fields: readonly string[]
  rows(entry: PrincipalEntry, style: TableStyle): Iterable<readonly Field[]>
}

export type TableType =
  | 'alias'
  | 'keydata'
  | 'keyinfo'
  | 'princ_flags'
  | 'princ_lockout'
  | 'princ_meta'
  | 'princ_stringattrs'
  | 'princ_tktpolicy'

const TABLES: Readonly<Record<TableType, Table>> = {
  alias: {
    fields: ['aliasname', 'targetname'],
    rows: entry => {
      const target = aliasTarget(entry)
      return target === undefined ? [] : [[entryName(entry.principal), unparsePrincipal(target)]]
    },
  },
  keydata: {
    fields: ['name', 'keyindex', 'kvno', 'enctype', 'key', 'salttype', 'salt'],
    rows: (entry, style) => keyRows(entry, style, true),
  },
  keyinfo: {
    fields: ['name', 'keyindex', 'kvno', 'enctype', 'salttype', 'salt'],
    rows: (entry, style) => keyRows(entry, style, false),
  },
  princ_flags: { fields: ['name', 'flag', 'value'], rows: flagRows },
  princ_lockout: {
    fields: ['name', 'last_success', 'last_failed', 'fail_count'],
    rows: (entry, style) => [
      [entryName(entry.principal), time(entry.lastSuccess, style), time(entry.lastFailed, style), entry.failAuthCount | 0],
    ],
  },
  princ_meta: {
    fields: ['name', 'modby', 'modtime', 'lastpwd', 'policy', 'mkvno', 'hist_kvno'],
    rows: (entry, style) => {
      const modified = readModification(entry.tlData)
      const kadm = kadmData(entry)
      const changed = readTime(entry.tlData, TlType.LAST_PWD_CHANGE)
      const times = [time(modified?.at ?? 0, style), time(changed, style)]
      return [
        [
          entryName(entry.principal),
          modified?.by ?? '',
          ...times,
          kadm?.policy ?? '',
          readMasterKvno(entry.tlData),
          kadm?.historyKvno ?? 0,
        ],
      ]
    },
  },
  princ_stringattrs: {
    fields: ['name', 'key', 'value'],
    rows: entry => [...readStrings(entry.tlData)].map(([key, value]) => [entryName(entry.principal), key, value]),
  },
  princ_tktpolicy: {
    fields: ['name', 'expiration', 'pw_expiration', 'max_life', 'max_renew_life'],
    rows: (entry, style) => {
      const times = [time(entry.expiration, style), time(entry.pwExpiration, style)]
      return [[entryName(entry.principal), ...times, entry.maxLife | 0, entry.maxRenewableLife | 0]]
    },
  },
}

function* keyRows(entry: PrincipalEntry, style: TableStyle, contents: boolean): Iterable<readonly Field[]> {
  const name = entryName(entry.principal)
  for (const [index, key] of entry.keyData.entries()) {
    const enctype = style.numeric || etypeNames(key.etype) === undefined ? key.etype : etypeName(key.etype)
    const salt = [(style.numeric ? undefined : saltTypeName(key.saltType)) ?? key.saltType, octets(key.salt, style)]
    yield [name, index, key.kvno, enctype, ...(contents ? [octets(key.sealed, style)] : []), ...salt]
  }
}

/** A row for every flag that has a name or is set, and with `numeric` for every bit. */
function* flagRows(entry: PrincipalEntry, { numeric }: TableStyle): Iterable<readonly Field[]> {
  for (let bit = 0; bit < 32; bit++) {
    const mask = (1 << bit) >>> 0
    const set = (entry.attributes & mask) !== 0
    if (!numeric && !set && !NAMED_FLAGS.has(mask)) continue
    const flag = numeric ? `0x${mask.toString(16).padStart(8, '0')}` : principalAttributeNames(mask)[0]!
    yield [entryName(entry.principal), flag, set ? 1 : 0]
  }
}

/** undefined also for damaged data: the other columns are still worth having. */
function kadmData(entry: PrincipalEntry): KadmData | undefined {
  try {
    return readKadmData(entry.tlData)
  } catch (error) {
    if (error instanceof KrbError) return undefined
    throw error
  }
}

function time(seconds: number, { numeric }: TableStyle): Field {
  return numeric ? seconds | 0 : isoTime(seconds)
}

function octets(value: Uint8Array, { emptyHexEmpty }: TableStyle): string {
  return value.length === 0 && !emptyHexEmpty ? '-1' : toHex(value)
}

function line(fields: readonly Field[], { csv }: TableStyle): string {
  if (!csv) return fields.join('\t')
  return fields.map(field => (/[,\n"]/.test(String(field)) ? `"${String(field).replaceAll('"', '""')}"` : field)).join(',')
}

const NAMED_FLAGS: ReadonlySet<number> = new Set(Object.values(PrincipalAttribute))
