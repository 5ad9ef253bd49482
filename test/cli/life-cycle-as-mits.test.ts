import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { ours } from '../helpers/own-realm.ts'
import { describeWith, expectTool, mit } from '../helpers/peers.ts'
import { type Finished, run } from '../helpers/process.ts'

/**
 * Everything that a user of the ticket life cycle can do right or wrong without waiting, with MIT's programs and with ours, called by
 * the same names: same words, same statuses, and caches that klist shows alike.
 */
let realm: PeerRealm
let sides: readonly Side[]

/** A folder of its own with the same contents, so that every path reads the same. */
interface Side {
  readonly folder: string
  path(program: string): string
  run(path: string, args: readonly string[]): Finished
}

describeWith([mit()], 'the life of tickets, told as MIT tells it', () => {
  beforeAll(async () => {
    realm = await startMitRealm({
      setup: [
        'addprinc -pw pw +requires_preauth alice',
        'addprinc -pw pw bob',
        'addprinc -pw pw -allow_postdated nopost',
        'addprinc -pw pw -allow_renewable noren',
        'addprinc -pw pw WELLKNOWN/ANONYMOUS',
        'addprinc -randkey host/x.mit.test',
        'addprinc -randkey host/y.mit.test',
      ],
    })
    realm.admin([`ktadd -k ${realm.keytab} -norandkey alice`, `ktadd -k ${realm.keytab} -norandkey host/x.mit.test`])
    sides = ['theirs', 'own'].map(name => side(name))
  }, 30_000)
  afterAll(() => realm?.stop())

  function side(name: string): Side {
    const folder = join(realm.folder, name)
    mkdirSync(folder)
    for (const [called, own] of Object.entries({ kinit: 'tkinit', kvno: 'tkvno' })) {
      if (name === 'own') symlinkSync(ours(own), join(folder, called))
    }
    symlinkSync(realm.keytab, join(folder, 'keytab'))
    const env = { ...realm.env, KRB5CCNAME: 'FILE:cc', KRB5_KTNAME: 'FILE:keytab', USER: 'root' }
    writeFileSync(join(folder, 'password'), 'pw\n')
    // A file: programs that never read the password leave no broken pipe behind.
    const start = ['-c', 'exec "$0" "$@" <password']
    return {
      folder,
      path: program => (existsSync(join(folder, program)) ? join(folder, program) : program),
      run: (path, args) => run('sh', [...start, path, ...args], { env, cwd: folder }),
    }
  }

  /** Runs the lines with a side's programs, but for the first log-in; what the last one says, and what is in the caches then. */
  function outcome(from: Side, lines: readonly string[]) {
    let last: Finished | undefined
    for (const line of lines) {
      const [program = '', ...args] = line.split(' ')
      last = from.run(
        line === TGT ? 'kinit' : from.path(program),
        args.map(word => (word === "''" ? '' : word)),
      )
    }
    const listing = (cache: string) =>
      existsSync(join(from.folder, cache)) && leveled(run('klist', ['-feC', cache], { env: realm.env, cwd: from.folder }).stdout)
    return { ...last!, cache: listing('cc'), out: listing('out') }
  }

  /** Times of day go; the days, flags, enctypes and settings stay. */
  function leveled(text: string): string {
    return text.replace(/\d\d:\d\d:\d\d/g, 'TIME')
  }

  const TGT = 'kinit -f -p -r 3d alice'
  const CASES: readonly (readonly string[])[] = [
    // Renewal.
    [TGT, 'kinit -R'],
    [TGT, 'kinit -V -R'],
    [TGT, 'kinit -V -R alice'],
    [TGT, 'kinit -R -c cc'],
    [TGT, 'kvno host/x.mit.test', 'kinit -R'],
    ['kinit -l 1h -r 2h -a alice', 'kinit -R'],
    ['kinit bob', 'kinit -R'],
    ['kinit -r 3d noren', 'kinit -R'],
    [TGT, 'kinit -R bob'],
    [TGT, 'kinit -R nobody@ELSEWHERE'],
    [TGT, 'kinit -R -C'],
    [TGT, 'kinit -R -E'],
    [TGT, 'kinit -R -S host/x.mit.test'],
    [TGT, 'kvno host/x.mit.test', 'kinit -R -S host/x.mit.test'],
    ['kinit -r 1h -S host/x.mit.test alice', 'kinit -V -R -S host/x.mit.test'],
    ['kinit -r 1h -S host/x.mit.test alice', 'kinit -R'],
    [TGT, 'kinit -R -S a@b@c'],
    [TGT, 'kinit -R -c nowhere'],
    [TGT, 'kinit -R -c NOSUCH:x'],
    [TGT, 'kinit -R -t keytab alice'],
    [TGT, 'kinit -R -k -t keytab alice'],
    [TGT, 'kinit -k -R'],
    [TGT, 'kinit -v -R'],
    [TGT, 'kinit -R -v'],
    [TGT, 'kinit -R -T cc -X a=b -I cc'],
    ['kinit -f -p -r 3d -l 5d alice', 'kinit -R'],
    ['kinit -V -l 30d -r 30d alice'],
    // Postdated tickets and their validation.
    ['kinit -s 1h alice'],
    ['kinit -V -s 1h -l 2h -r 3h -f alice'],
    ['kinit -s 1h -l 30d -r 30d alice'],
    ['kinit -s 20800101000000 alice'],
    ['kinit -s 1h nopost'],
    ['kinit -s -1h alice'],
    ['kinit -s 20200101000000 alice'],
    ['kinit -s 0 alice'],
    ["kinit -s '' alice"],
    ['kinit -s never alice'],
    ['kinit -s 1h -S host/x.mit.test alice'],
    ['kinit -s 1h alice', 'kinit -v'],
    ['kinit -s 1h alice', 'kinit -R'],
    ['kinit -s 1h -r 3h alice', 'kinit -R'],
    ['kinit -s 1h alice', 'kvno host/x.mit.test'],
    ['kinit -s 1h -S host/x.mit.test alice', 'kinit -v -S host/x.mit.test'],
    [TGT, 'kinit -v'],
    [TGT, 'kinit -V -v -S host/x.mit.test'],
    // Names.
    ['kinit -C alice'],
    ['kinit -C nobody'],
    ['kinit -E alice'],
    ['kinit -E alice@mit.test'],
    ['kinit -E alice@MIT.TEST@MIT.TEST'],
    ['kinit -E a@b@c@d'],
    ['kinit -C -S host/x.mit.test alice'],
    // Nobody in particular.
    ['kinit -n'],
    ['kinit -n @MIT.TEST'],
    ['kinit -n alice'],
    ['kinit WELLKNOWN/ANONYMOUS'],
    // The rest of the options.
    ['kinit --request-pac alice'],
    ['kinit --no-request-pac alice'],
    ['kinit --request-pac --no-request-pac alice'],
    ['kinit -V -I cc alice'],
    [TGT, 'kinit -V -I cc alice'],
    ['kinit -V -I nowhere alice'],
    ['kinit -V -I NOSUCH:x alice'],
    ['kinit -I a -I b alice'],
    ['kinit -T a -T b alice'],
    ['kinit -T nowhere alice'],
    ['kinit -V -X nonsense -X more=nonsense=yes alice'],
    ['kinit -i'],
    ['kinit -i -t keytab alice'],
    ['kinit -t keytab alice bob'],
    ['kinit -k -t keytab -t keytab alice'],
    ['kinit -V -k -t keytab alice'],
    ['kinit -k -t keytab -s 1h -r 3h -f alice'],
    ['kinit -5 -a alice'],
    ['kinit -4 alice'],
    ['kinit -x alice'],
    ['kinit -l alice'],
    ['kinit -l 0 -r never -s never -f -F alice bob'],
    ['kinit --no alice'],
    ['kinit --ca --for --nop alice'],
    ['kinit --r alice'],
    // kvno.
    [TGT, 'kvno -e nonsense host/x.mit.test'],
    [TGT, 'kvno -e 18 host/x.mit.test'],
    [TGT, 'kvno -e aes128-cts host/x.mit.test'],
    [TGT, 'kvno host/x.mit.test', 'kvno -e aes128-cts host/x.mit.test'],
    [TGT, 'kvno -e aes128-cts host/x.mit.test', 'kvno -e aes128-cts host/x.mit.test'],
    [TGT, 'kvno -e des3-cbc-sha1 host/x.mit.test'],
    [TGT, 'kvno -e des-cbc-crc host/x.mit.test'],
    [TGT, 'kvno --cached-only host/x.mit.test'],
    [TGT, 'kvno host/x.mit.test', 'kvno --cached-only host/x.mit.test'],
    [TGT, 'kvno host/x.mit.test', 'kvno --cached-only -e aes128-cts host/x.mit.test'],
    [TGT, 'kvno --no-store host/x.mit.test host/y.mit.test'],
    [TGT, 'kvno -C host/x.mit.test'],
    [TGT, 'kvno -u host/x.mit.test'],
    [TGT, 'kvno -S host x.mit.test y.mit.test'],
    [TGT, 'kvno -S host X.MIT.TEST.'],
    [TGT, 'kvno -S host x.mit.test', 'kvno -S host --cached-only x.mit.test'],
    [TGT, 'kvno -S host nowhere.mit.test'],
    [TGT, 'kvno -S http x.elsewhere.test'],
    [TGT, 'kvno -u -S host x'],
    [TGT, 'kvno -S host -u x'],
    [TGT, 'kvno --u2u cc alice'],
    [TGT, 'kvno --u2u cc host/x.mit.test'],
    [TGT, 'kvno --u2u cc bob'],
    [TGT, 'kvno --u2u nowhere alice'],
    [TGT, 'kvno --u2u NOSUCH:x alice'],
    [TGT, 'kvno --out-cache out host/x.mit.test'],
    [TGT, 'kvno --out-cache out host/x.mit.test host/y.mit.test'],
    [TGT, 'kvno --out-cache out --u2u cc alice'],
    [TGT, 'kvno --out-cache out krbtgt/MIT.TEST'],
    [TGT, 'kvno --out-cache NOSUCH:x host/x.mit.test'],
    [TGT, 'kvno --out-cache /nonexistent/cc host/x.mit.test'],
    [TGT, 'kvno --out-cache out host/nowhere'],
    [TGT, 'kvno -q a@b@c host/x.mit.test'],
    [TGT, 'kvno -q host/nowhere'],
    [TGT, 'kvno -k keytab -S host x.mit.test'],
    [TGT, 'kvno -q -k nowhere host/x.mit.test'],
    [TGT, 'kvno --cach --no-s --o out host/x.mit.test'],
    ['kvno'],
    ['kvno -h'],
    ['kvno -S host'],
    ['kvno -e'],
    ['kvno --nonsense -u -S host x'],
    ['kvno -u -S host --nonsense x'],
    ['kvno -c nowhere --u2u nowhere2 x'],
    ['kvno -c NOSUCH:x -e nonsense -k NOSUCH:y --out-cache NOSUCH:z x'],
    ['kvno -c NOSUCH:x -k NOSUCH:y --out-cache NOSUCH:z x'],
    ['kvno -k NOSUCH:y --out-cache NOSUCH:z x'],
    ['kvno -k NOSUCH:y --u2u nowhere x'],
  ]

  it.each(CASES.map(lines => [lines.join('; '), lines] as const))('%s', (_, lines) => {
    const [theirs, own] = sides.map(from => {
      for (const cache of ['cc', 'out']) rmSync(join(from.folder, cache), { force: true })
      return outcome(from, lines)
    })
    expect(own).toEqual(theirs)
  })

  describeWith([expectTool()], 'at a terminal', () => {
    it('-V says beyond MIT’s lines what the KDC cut', () => {
      const words = '-V -k -t keytab -l 30d -r 30d -c FILE:terminal alice'
      const done = run('expect', ['-c', `spawn -noecho ${ours('tkinit')} ${words}\nexpect eof`], { env: realm.env, cwd: sides[1]!.folder })
      expect(done.stdout.replaceAll('\r', '')).toMatch(
        /^Asked for a life of 30 d, the KDC granted 1 d\nAsked for a renewable life of 30 d, the KDC granted 7 d\n/m,
      )
    })
  })
})
