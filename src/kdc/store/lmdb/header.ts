import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { KrbError } from '../../../core/errors/krb-error.ts'

/**
 * Looks at a database file before LMDB maps it: LMDB crashes the process on a file that is something else or ends early. Throws
 * `KRB5_KDB_DB_CORRUPT`; errno errors pass through.
 */
export function checkHeader(file: string): void {
  // O_NONBLOCK: a FIFO in this place must not hang.
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const info = fstatSync(fd)
    if (!info.isFile()) throw damaged(file)
    const first = readMeta(fd, 0)
    const second = first && readMeta(fd, first.pageSize)
    if (first === undefined || second === undefined) throw damaged(file)
    const { lastPage } = second.transaction > first.transaction ? second : first
    if (BigInt(fstatSync(fd).size) < (lastPage + 1n) * BigInt(first.pageSize)) throw damaged(file)
  } finally {
    closeSync(fd)
  }
}

interface Meta {
  readonly pageSize: number
  readonly lastPage: bigint
  readonly transaction: bigint
}

/** A meta page of lmdb-js's LMDB (data version 2): 24 octets of page header, then magic, version, ..., in the machine's byte order. */
function readMeta(fd: number, at: number): Meta | undefined {
  const page = Buffer.alloc(META_OCTETS)
  if (readSync(fd, page, 0, META_OCTETS, at) !== META_OCTETS) return undefined
  if (page.readUInt32LE(24) !== MAGIC || page.readUInt32LE(28) !== DATA_VERSION) return undefined
  const pageSize = page.readUInt32LE(48)
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined
  return { pageSize, lastPage: page.readBigUInt64LE(136), transaction: page.readBigUInt64LE(144) }
}

function damaged(path: string): KrbError {
  return new KrbError('KRB5_KDB_DB_CORRUPT', { path })
}

const META_OCTETS = 152
const MAGIC = 0xbeefc0de
const DATA_VERSION = 2
