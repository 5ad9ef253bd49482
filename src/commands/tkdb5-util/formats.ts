import { DUMP_FORMATS, type DumpFormat } from '../../kdc/store/mit-dump.ts'

/** The options of dump and load that name a version; without one it is the latest, and load looks at the header. */
export const FORMAT_WORDS: ReadonlyMap<string, DumpFormat> = new Map([
  ['-b7', DUMP_FORMATS.b7],
  ['-r13', DUMP_FORMATS.r13],
  ['-r18', DUMP_FORMATS.r18],
])
