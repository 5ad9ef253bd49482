import type { Interface } from 'node:readline'
import { Readable } from 'node:stream'
import { canSetTerminal, withTerminal } from './echo.ts'
import { onTerminal, openInput, readOctet } from './terminal-input.ts'

export interface LineEditorOptions {
  complete(before: string): Promise<Completion>
  /** Whether a line may be called back later. */
  remembers(line: string): boolean
}

export interface Completion {
  /** What may stand in the place of the fragment. */
  readonly candidates: readonly string[]
  /** The last piece of the text before the cursor. */
  readonly fragment: string
}

/** Reads a line after the prompt; undefined at the end of input. */
export type ReadLine = (prompt: string) => Promise<string | undefined>

/**
 * Lines from a person: edited with the usual keys, with a history in memory and completion. Ctrl-C gives an empty line, Ctrl-D on an
 * empty one the end. undefined where there is nobody, or a terminal that cannot move its cursor.
 *
 * Octets are taken from the terminal one by one and no further than the newline: what was typed or pasted ahead stays there for the
 * next prompt, which may ask for a password, or for the next program. Between lines the terminal is as it was.
 */
export async function openLineEditor(options: LineEditorOptions, term: string | undefined): Promise<ReadLine | undefined> {
  if (term === undefined || term === 'dumb' || process.stdout.isTTY !== true) return undefined
  if (!(await onTerminal()) || !(await canSetTerminal())) return undefined
  const { createInterface } = await import('node:readline')
  let history: readonly string[] = []
  return prompt =>
    withTerminal(EDITING, async interrupted => {
      const keys = new Readable({ read: () => undefined })
      const completer = (before: string, done: (error: null, result: [string[], string]) => void) => {
        const show = ({ candidates, fragment }: Completion) =>
          done(null, [candidates.length === 1 ? [`${candidates[0]} `] : [...candidates], fragment])
        void options.complete(before).then(show)
      }
      const editor = createInterface({ input: keys, output: process.stdout, terminal: true, prompt, history: [...history], completer })
      const line = await edited(editor, keys, interrupted)
      if (line !== undefined && line.trim() !== '' && options.remembers(line)) {
        history = [line, ...history.filter(other => other !== line)].slice(0, MOST_LINES)
      }
      return line
    })
}

async function edited(editor: Interface, keys: Readable, interrupted: AbortSignal): Promise<string | undefined> {
  const state: { answer?: { readonly line: string | undefined }; completing: boolean } = { completing: false }
  let resumed = (): void => undefined
  editor.on('line', line => {
    state.answer ??= { line }
  })
  editor.on('close', () => {
    state.answer ??= { line: undefined }
  })
  editor.on('SIGINT', () => {
    process.stdout.write('^C\n')
    state.answer ??= { line: '' }
  })
  // Whoever set the terminal sets it back before the program stops.
  editor.on('SIGTSTP', () => process.kill(process.pid, 'SIGTSTP'))
  const redraw = () => editor.prompt(true)
  process.on('SIGCONT', redraw)
  // readline pauses while it looks for completions.
  editor.on('pause', () => {
    state.completing = true
  })
  editor.on('resume', () => {
    state.completing = false
    resumed()
  })
  const input = await openInput()
  try {
    editor.prompt()
    while (state.answer === undefined) {
      const octet = await readOctet(input.fd, new Uint8Array(1), interrupted)
      if (octet === undefined) break
      keys.emit('data', Buffer.of(octet))
      if (state.completing && state.answer === undefined) {
        await new Promise<void>(resolve => {
          resumed = resolve
        })
      }
    }
    return state.answer?.line
  } finally {
    process.removeListener('SIGCONT', redraw)
    input.close()
    editor.close()
  }
}

/** Keys come as they are pressed; newlines stay newlines, so that a line typed ahead is one for whoever reads it. */
const EDITING = ['-icanon', '-echo', '-isig', '-ixon', 'min', '1', 'time', '0'] as const
const MOST_LINES = 500
