import { getopt } from '../argv/getopt.ts'
import { defineProgram } from '../base.ts'
import { FLAGS, leadingInteger, realmPlans, usage } from './flags.ts'
import { run } from './run.ts'

export const program = defineProgram({
  name: 'tkrb5kdc',
  summary: 'Kerberos V5 key distribution centre.',
  flags: FLAGS,
  operands: { synopsis: '', doc: '', min: 0 },
  usage,
  usageStatus: 1,
  async run({ options, env, name, err }) {
    const offset = leadingInteger(options['time-offset'] ?? '')
    const { clock } = env
    const shifted = { now: () => ({ ...clock.now(), seconds: clock.now().seconds + offset }) }
    const { status, endpoints } = await run({
      // Once more in order: an option counts for the realms after it.
      plans: realmPlans(getopt(process.argv.slice(2), FLAGS, { program: name }).settings),
      foreground: options.foreground,
      workers: leadingInteger(options.workers ?? ''),
      pidFile: options['pid-file'],
      name,
      env: offset === 0 ? env : { ...env, clock: shifted },
      err,
    })
    return { status, json: () => ({ endpoints }) }
  },
})
