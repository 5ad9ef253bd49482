import type { Program } from '../base.ts'
import { bashCompletion } from './bash.ts'
import { completable } from './completable.ts'
import { fishCompletion } from './fish.ts'
import { zshCompletion } from './zsh.ts'

/** The completion files of all programs by their path in dist/completions. The build writes them. */
export function completionFiles(programs: readonly Program[]): Readonly<Record<string, string>> {
  const all = programs.map(completable)
  return { 'bash/tkrb5': bashCompletion(all), 'zsh/_tkrb5': zshCompletion(all), 'fish/tkrb5.fish': fishCompletion(all) }
}
