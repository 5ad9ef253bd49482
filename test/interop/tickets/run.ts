import { type Column, KDCS } from './columns.ts'
import type { Kdc, KdcId } from './kdcs/kdc.ts'
import { ROWS } from './rows/index.ts'
import { Bench } from './trial.ts'
import { Turns } from './turns.ts'

/** Cells by row. */
export type Cells = ReadonlyMap<string, string>

/** Starts the KDCs that the columns need, runs all rows in all columns at the same time, stops the KDCs. Cells by column. */
export async function runColumns(columns: readonly Column[]): Promise<ReadonlyMap<string, Cells>> {
  const turns = new Turns(PROCESSES)
  // Samba's domain controller takes the longest.
  const ids = ORDER.filter(id => columns.some(({ kdc }) => kdc === id))
  const kdcs = new Map<KdcId, Promise<Kdc>>(ids.map(id => [id, KDCS[id].start()]))
  try {
    const filled = columns.map(async ({ id, client, kdc }) => {
      const bench = new Bench(client, await kdcs.get(kdc)!, turns)
      return [id, new Map(await Promise.all(ROWS.map(async row => [row.id, await bench.cell(row)] as const)))] as const
    })
    return new Map(await Promise.all(filled))
  } finally {
    for (const started of await Promise.allSettled(kdcs.values())) if (started.status === 'fulfilled') await started.value.stop()
  }
}

const ORDER: readonly KdcId[] = ['samba', 'mit', 'heimdal', 'own']
const PROCESSES = 4
