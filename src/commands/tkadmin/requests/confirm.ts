import type { Talk } from '../talk.ts'

/** `yes` and nothing else is a yes. Requests on the command line are not asked about. */
export async function confirmed(question: string, { script, env }: Talk): Promise<boolean> {
  return script || (await env.prompter.line(`${question} (yes/no): `)) === 'yes'
}
