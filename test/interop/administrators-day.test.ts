import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeWith, mitAdmin } from '../helpers/peers.ts'
import { type Finished, run } from '../helpers/process.ts'
import { SCENES } from './administrators-day/cases.ts'
import { DIFFERENCES, type Difference } from './administrators-day/differences.ts'
import { levelled, levelledLog, type Maker, type Pair, startPair } from './administrators-day/pair.ts'
import { passwordOf, type Scene } from './administrators-day/scene.ts'

/** What a scene came to, for one pair. */
interface Outcome {
  readonly said: readonly Finished[]
  readonly log: readonly string[]
}

/** Client and server. The first is what the others are held against. */
const PAIRS: readonly (readonly [Maker, Maker])[] = [
  ['mit', 'mit'],
  ['mit', 'own'],
  ['own', 'mit'],
  ['own', 'own'],
]
const OTHERS = PAIRS.map(
  ([client, server], i) => [client === 'own' ? 'tkadmin' : 'kadmin', server === 'own' ? 'tkadmind' : 'kadmind', i] as const,
).slice(1)

describeWith([mitAdmin()], "an administrator's day with kadmin or tkadmin, kadmind or tkadmind", () => {
  let pairs: readonly Pair[]
  let days: readonly ReadonlyMap<Scene, Outcome>[]

  beforeAll(async () => {
    pairs = await Promise.all(PAIRS.map(([client, server]) => startPair(client, server)))
    days = await Promise.all(pairs.map(wholeDay))
  }, 300_000)
  afterAll(() => Promise.all((pairs ?? []).map(pair => pair.stop())))

  it.each(SCENES.map(scene => [scene.title, scene] as const))('%s: MIT carries out every line', (_, scene) => {
    const { said } = days[0]!.get(scene)!
    const [{ input = '' } = {}] = scene.runs
    if (scene.runs.length === 1) expect(said[0]!.stdout.split('kadmin:  ').length).toBe(input.split('\n').length + 1)
    else expect(said.length).toBe(scene.runs.length)
  })

  describe.each(OTHERS)('%s with %s', (client, _, i) => {
    it.each(SCENES.map(scene => [scene.title, scene] as const))('%s', (_, scene) => {
      const [theirs, other] = [days[0]!.get(scene)!, days[i]!.get(scene)!]
      expect(other.said.map(compared)).toEqual(theirs.said.map(compared))
    })

    it.each(SCENES.map(scene => [scene.title, scene] as const))('%s: the log', (_, scene) => {
      const order = (lines: readonly string[]) => (client === 'tkadmin' ? together(lines) : lines)
      const [theirs, other] = [days[0]!.get(scene)!, days[i]!.get(scene)!]
      expect(order(leveledLines(other.log, 'log'))).toEqual(order(leveledLines(theirs.log, 'log')))
    })

    it('leaves the same database', () => {
      const [theirs, other] = [pairs[0]!, pairs[i]!].map(entries)
      expect(theirs!.length).toBeGreaterThan(100)
      expect(other).toEqual(theirs)
    })

    it.each(['kt', 'kt-all', 'kt-odd', 'kt-letters', 'kt-args'])('leaves the same entries in the keytab %s', keytab => {
      const [theirs, other] = [pairs[0]!, pairs[i]!].map(({ folder, env }) => run('klist', ['-k', '-e', join(folder, keytab)], { env }))
      expect(levelled(other!.stdout, pairs[i]!.folder)).toBe(levelled(theirs!.stdout, pairs[0]!.folder))
    })

    it('extracts the keys that passwords make', () => {
      const [theirs, other] = [pairs[0]!, pairs[i]!].map(({ folder, env }) =>
        run('klist', ['-k', '-e', '-K', join(folder, 'kt-passwords')], { env })
          .stdout.split('\n')
          .slice(1),
      )
      expect(theirs!.join()).toContain('(0x')
      expect(other).toEqual(theirs)
    })
  })

  it("one's own keys take a ticket that is not from a TGT", async () => {
    const said = await Promise.all(
      pairs.map(async pair => {
        pair.local(['modprinc +allow_tgs_req kadmin/admin', 'cpw -pw pw-self self'])
        const cache = join(pair.folder, 'tgs.cache')
        expect(run('kinit', ['-c', cache, 'self'], { env: pair.env, input: `${passwordOf('self')}\n` }).code).toBe(0)
        expect(run('kvno', ['-c', cache, 'kadmin/admin'], { env: pair.env }).code).toBe(0)
        const requests = ['cpw -pw x self', 'cpw -randkey self', 'ktadd -k FOLDER/kt-tgs self', 'purgekeys self', 'getprinc self']
        return shown(pair, await pair.kadmin({ args: ['-c', cache], input: `${requests.join('\n')}\n` }))
      }),
    )
    expect(said[0]!.stderr).toContain('Operation requires initial ticket')
    for (const other of said.slice(1)) expect(other).toEqual(said[0])
  })

  it.each([
    ["MIT's kadmin", 1, 'GSS-API (or Kerberos) error'],
    ["tkadmin and MIT's kadmind", 2, 'The old RPC flavor of -O (AUTH_GSSAPI) is not supported'],
    ['tkadmin', 3, 'The old RPC flavor of -O (AUTH_GSSAPI) is not supported'],
  ])('the flavor before RPCSEC_GSS is refused: %s', async (_, i, text) => {
    const pair = pairs[i]!
    pair.log()
    const done = await pair.kadmin({ args: ['-O', '-c', 'FOLDER/admin.cache', 'getprivs'] })
    expect(done).toEqual({ code: 1, stdout: '', stderr: `kadmin: ${text} while initializing kadmin interface\n` })
    const logged = i === 1 ? ['(Error): Authentication attempt failed: 127.0.0.1, RPC authentication flavor 300001', ''] : ['']
    expect(levelledLog(pair.log())).toEqual(logged)
  })

  it.each(DIFFERENCES.map(difference => [difference.name, difference] as const))('there still is a difference: %s', (_, difference) => {
    const found = days.some(day =>
      [...day.values()].some(({ said, log }) =>
        (difference.of === 'log' ? log : said.flatMap(linesOf)).some(line => difference.level(line) !== line),
      ),
    )
    expect(found).toBe(true)
  })
})

async function wholeDay(pair: Pair): Promise<ReadonlyMap<Scene, Outcome>> {
  const outcomes = new Map<Scene, Outcome>()
  for (const scene of SCENES) {
    const said: Finished[] = []
    for (const one of scene.runs) said.push(shown(pair, await pair.kadmin(one)))
    outcomes.set(scene, { said, log: levelledLog(pair.log()) })
  }
  return outcomes
}

/** Every entry, as the server's own kadmin.local shows it. */
function entries({ local, folder }: Pair): string[] {
  const lines = (requests: readonly string[], kind: RegExp) =>
    local(requests)
      .stdout.split('\n')
      .filter(line => kind.test(line))
  const names = lines(['listprincs'], /^[^ ]+.*@/)
  return lines(
    names.map(name => `getprinc -terse "${name.replaceAll('"', '""')}"`),
    /^"/,
  ).map(line => levelled(line, folder))
}

function shown({ folder }: Pair, { code, stdout, stderr }: Finished): Finished {
  return { code, stdout: levelled(stdout, folder), stderr: levelled(stderr, folder) }
}

function compared({ code, stdout, stderr }: Finished) {
  const lines = (text: string) => leveledLines(text.split('\n'), 'texts')
  return { code, stdout: lines(stdout), stderr: lines(stderr) }
}

function leveledLines(lines: readonly string[], of: Difference['of']): string[] {
  const rows = DIFFERENCES.filter(row => row.of === of)
  return lines.flatMap(line => rows.reduce<string | undefined>((text, row) => (text === undefined ? text : row.level(text)), line) ?? [])
}

/** Our client lets calls that have nothing to do with each other leave together, and asks once for a policy that several want to know. */
function together(lines: readonly string[]): string[] {
  return lines.filter((line, i) => !line.includes(' kadm5_get_policy, ') || lines.indexOf(line) === i).toSorted()
}

function linesOf({ stdout, stderr }: Finished): string[] {
  return [...stdout.split('\n'), ...stderr.split('\n')]
}
