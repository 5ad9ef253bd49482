import { COMMON_FLAGS, type FlagSet, type Program } from '../base.ts'

/** What a shell can know of a program. */
export interface Completable {
  readonly name: string
  readonly options: readonly CompletableOption[]
  /** Words that the first operand can be; empty where that is not a fixed set. */
  readonly first: readonly string[]
}

export interface CompletableOption {
  /** With their dashes. */
  readonly spellings: readonly string[]
  readonly doc: string
  /** Absent for a switch. */
  readonly value?: { readonly name: string; readonly isFile: boolean }
  readonly many: boolean
}

/** Hidden options stay hidden. */
export function completable({ spec }: Program): Completable {
  const { name, operands, grammar } = spec
  const all: FlagSet = { ...COMMON_FLAGS, ...spec.flags }
  const options = Object.entries(all)
    .filter(([, flag]) => flag.hidden !== true)
    .map(([key, { letter, letterOnly, doc, value, many }]) => ({
      spellings: [
        ...(letter === undefined ? [] : [`-${letter}`]),
        ...(letterOnly === true ? [] : [grammar === 'words' && !(key in COMMON_FLAGS) ? `-${key}` : `--${key}`]),
      ],
      doc,
      ...(value === undefined ? {} : { value: { name: value.toLowerCase(), isFile: FILES.has(value) } }),
      many: many === true,
    }))
  return { name, options, first: (operands?.first?.() ?? []).filter(word => /^\w/.test(word)) }
}

/** Names of values that are names of files, or may be. */
const FILES: ReadonlySet<string> = new Set(['FILE', 'KEYTAB', 'CACHE'])
