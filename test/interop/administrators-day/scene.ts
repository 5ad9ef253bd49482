/*
 * A day of an administrator, and of those whom kadm5.acl lets do this or that. FOLDER stands for the folder of the run, so that
 * everything said here can be asked by any kadmin of any kadmind.
 */

/** One run of kadmin: arguments, and what it reads from a pipe. */
export interface Run {
  readonly args: readonly string[]
  readonly input?: string
}

/** Runs that belong together, with the title of their test. */
export interface Scene {
  readonly title: string
  readonly runs: readonly Run[]
}

/** Who asks and what: one run, the requests from a pipe. */
export function scene(title: string, who: string, requests: readonly string[]): Scene {
  return { title, runs: [{ args: ['-p', who, '-w', passwordOf(who)], input: `${requests.join('\n')}\n` }] }
}

export function passwordOf(name: string): string {
  return `pw-${name.replaceAll('/', '-')}`
}
