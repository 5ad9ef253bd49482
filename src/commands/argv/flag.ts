/**
 * One option of a program. The key in its FlagSet is the long spelling; without `value` it is a switch.
 * Programs declare flags as plain data: the parser, help, the manual-page test and completions read the same table.
 */
export interface Flag {
  readonly letter?: string
  /** One line for `--help`. */
  readonly doc: string
  /** What stands for the value in `--help` (`FILE`); its presence makes the flag take one. */
  readonly value?: string
  readonly type?: 'text' | 'integer'
  /** May be given several times; otherwise the last one wins. */
  readonly many?: boolean
  /** The complaint when it is given a second time, for the programs that mind. */
  readonly once?: string
  /** The complaint when that other flag was given before this one. */
  readonly clash?: { readonly with: string; readonly complaint: string }
  /** Flags that this one takes back when it comes after them. */
  readonly cancels?: readonly string[]
  /** Judges a value while the line is read; a complaint leads to the usage text. */
  readonly check?: (value: string) => string | undefined
  /** Ends the program as soon as it is read: with the usage text, or with a line on standard error and a status. */
  readonly stop?: 'usage' | { readonly text: string; readonly status: number }
  /** Has no long spelling. */
  readonly letterOnly?: boolean
  /** The long spelling is not MIT's: it never makes an abbreviation of MIT's spellings ambiguous. */
  readonly own?: boolean
  readonly hidden?: boolean
}

export type FlagSet = Readonly<Record<string, Flag>>

/** The typed options that a flag table gives. */
export type OptionsOf<F extends FlagSet> = {
  readonly [K in keyof F]: F[K] extends { readonly value: string }
    ? F[K] extends { readonly many: true }
      ? readonly string[]
      : F[K] extends { readonly type: 'integer' }
        ? number | undefined
        : string | undefined
    : boolean
}

/** MIT's clients answer `-4` with this. */
export const KERBEROS_4_GONE = { text: 'Kerberos 4 is no longer supported', status: 3 } as const
