import { defineProgram } from '../base.ts'
import { leadingInteger } from '../tkrb5kdc/flags.ts'
import { FLAGS, USAGE } from './flags.ts'
import { run } from './run.ts'

export const program = defineProgram({
  name: 'tkadmind',
  summary: 'Kerberos V5 administration server.',
  flags: FLAGS,
  grammar: 'words',
  usage: () => USAGE,
  usageStatus: 1,
  async run({ options, env, name, err }) {
    const { status, kadmind, kpasswd } = await run({
      realm: options.r,
      databaseArguments: options.x,
      askMasterKey: options.m,
      port: options.port === undefined ? undefined : leadingInteger(options.port),
      propagationOnly: options.proponly,
      foreground: options.nofork,
      pidFile: options.P,
      name,
      env,
      err,
    })
    return { status, json: () => ({ kadmind, kpasswd }) }
  },
})
