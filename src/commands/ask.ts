import { KrbError } from '../core/errors/krb-error.ts'

/**
 * Questions to a person where MIT asks none (set-up wizards). MIT's own prompts go through `env.prompter`.
 * Ask only when standard input and standard output are terminals: inquirer swallows all lines of a pipe at once.
 */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true
}

export async function askText(message: string, fallback?: string): Promise<string> {
  const inquirer = await load()
  return answered(() => inquirer.prompt([{ type: 'input', name: 'it', message, ...(fallback === undefined ? {} : { default: fallback }) }]))
}

export async function askYesNo(message: string, fallback: boolean): Promise<boolean> {
  const inquirer = await load()
  return answered(() => inquirer.prompt([{ type: 'confirm', name: 'it', message, default: fallback }]))
}

export async function askChoice(message: string, choices: readonly string[]): Promise<string> {
  const inquirer = await load()
  return answered(() => inquirer.prompt([{ type: 'select', name: 'it', message, choices: [...choices] }]))
}

async function load() {
  return (await import('inquirer')).default
}

/** inquirer ends with status 0 at end of input; here that is a failure like any other. */
async function answered<T>(ask: () => Promise<{ it: T }>): Promise<T> {
  try {
    return (await ask()).it
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') throw new KrbError('KRB5_LIBOS_PWDINTR', {}, { cause: error })
    throw error
  }
}
