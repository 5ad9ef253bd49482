import type { FlagSet } from './flag.ts'
import type { Scan } from './getopt.ts'

/**
 * The grammar of kdb5_util and kadmind: an option is a whole word (`-sf FILE`, `-kv 2`, `-nofork`; two dashes do as well), it may
 * stand anywhere, and words that are not in the table stay among the operands in their order, for the subcommand to read.
 */
export function wholeWords(argv: readonly string[], flags: FlagSet): Scan {
  const settings: { flag: string; value?: string }[] = []
  const operands: string[] = []
  const complaints: string[] = []
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!
    const name = flagNamed(word, flags)
    if (name === undefined) {
      operands.push(word)
      continue
    }
    const flag = flags[name]!
    if (flag.stop !== undefined) return { settings, operands, complaints, stop: flag.stop }
    if (flag.value === undefined) {
      settings.push({ flag: name })
      continue
    }
    const value = argv[++i]
    // MIT's programs of this kind do not say which option it was.
    if (value === undefined) return { settings, operands, complaints, stop: 'usage' }
    const complaint = flag.check?.(value)
    if (complaint !== undefined) complaints.push(complaint)
    else settings.push({ flag: name, value })
  }
  return { settings, operands, complaints }
}

function flagNamed(word: string, flags: FlagSet): string | undefined {
  if (!word.startsWith('-') || word.length < 2) return undefined
  const spelled = word.startsWith('--') ? word.slice(2) : word.slice(1)
  if (Object.hasOwn(flags, spelled)) return spelled
  return word.startsWith('--') ? undefined : Object.keys(flags).find(name => flags[name]!.letter === spelled)
}
