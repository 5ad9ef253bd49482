import { existsSync } from 'node:fs'
import { realmEnvironment } from '../../realm/layout.ts'
import { type Call, defineProgram, type Outcome, UsageError } from '../base.ts'
import { tableText } from '../text/table.ts'
import { clock } from './clock.ts'
import { down } from './down.ts'
import { REALM_FLAGS, type RealmOptions, usage } from './flags.ts'
import { knownRealms, namedRealm } from './folder.ts'
import { downText, exportsText, STATUS_HEADING, statusRow, upText } from './render.ts'
import { runInside } from './run.ts'
import { serve } from './serve.ts'
import { realmStatus } from './status.ts'
import { up } from './up.ts'

type RealmCall = Call<RealmOptions>

export const program = defineProgram({
  name: 'tkrealm',
  summary: 'Run a Kerberos realm of your own on this machine.',
  flags: REALM_FLAGS,
  operands: {
    synopsis: 'up|down|status|env|clock|trust|run',
    doc: 'What to do. "trust" takes two realms, "run" a command after "--".',
    min: 1,
    first: () => Object.keys(ACTIONS).filter(action => action !== 'serve'),
  },
  usage,
  usageStatus: 2,
  run(call) {
    const [verb, ...rest] = call.operands
    const action = Object.hasOwn(ACTIONS, verb!) ? ACTIONS[verb!] : undefined
    if (action === undefined) throw new UsageError([`${call.name}: unknown command "${verb}"`])
    if (rest.length > (WORDS[verb!] ?? 0)) throw new UsageError([`${call.name}: too many words after "${verb}"`])
    return action(call, rest)
  },
})

const ACTIONS: Readonly<Record<string, (call: RealmCall, rest: readonly string[]) => Promise<Outcome>>> = {
  up: async ({ options, env, name }) => {
    const result = await up(options, env)
    return { text: () => upText(result, name), json: () => result }
  },
  down: async ({ options, env }) => {
    const result = await down(namedRealm(options.realm, env), options.destroy)
    return { text: () => downText(result), json: () => result }
  },
  status: async ({ options, env }) => {
    const asked = options.realm === undefined ? await knownRealms(env) : [namedRealm(options.realm, env)]
    const realms = await Promise.all(asked.map(realmStatus))
    const columns = process.stdout.isTTY ? process.stdout.columns : undefined
    const table = await tableText(STATUS_HEADING, realms.map(statusRow), { columns })
    return {
      status: realms.some(({ state }) => state === 'up') ? 0 : 1,
      text: () => (realms.length === 0 ? '' : table),
      json: () => ({ realms }),
    }
  },
  env: async ({ options, env }) => {
    const { realm, files } = namedRealm(options.realm, env)
    const variables = realmEnvironment(files, existsSync(files.clock))
    return { text: () => exportsText(variables), json: () => ({ realm, env: variables }) }
  },
  clock: async ({ options, env }, [time]) => {
    const result = await clock(time, options.realm, env)
    return { text: () => `${result.time}\n`, json: () => result }
  },
  trust: async ({ options, env, name }, [first, second]) => {
    if (first === undefined || second === undefined) throw new UsageError([`${name}: "trust" needs two realms`])
    const { trust, trustJson, trustStatus, trustText } = await import('./trust.ts')
    const result = await trust(first, second, options, env)
    return { text: () => trustText(result), json: () => trustJson(result), status: trustStatus(result) }
  },
  run: async ({ options, env, name }, command) => {
    if (command.length === 0) throw new UsageError([`${name}: "run" needs a command`])
    return { status: await runInside(command, options, env) }
  },
  /** What `up` leaves behind in the background; not for people. */
  serve: async ({ options, env }) => ({ status: await serve(namedRealm(options.realm, env), options.clock, env) }),
}

/** How many words may follow. */
const WORDS: Readonly<Record<string, number>> = { clock: 1, trust: 2, run: Number.POSITIVE_INFINITY }
