import { describe, expect, it } from 'vitest'
import type { FlagSet } from '../../../src/commands/argv/flag.ts'
import { getopt } from '../../../src/commands/argv/getopt.ts'
import { wholeWords } from '../../../src/commands/argv/words.ts'

const FLAGS = {
  etypes: { letter: 'e', doc: '' },
  flags: { letter: 'f', doc: '' },
  forwardable: { doc: '' },
  noforwardable: { doc: '' },
  noproxiable: { doc: '' },
  ccache: { letter: 'c', value: 'CACHE', doc: '' },
  lifetime: { letter: 'l', value: 'TIME', doc: '', check: v => (v === 'bad' ? 'Bad lifetime value bad' : undefined) },
  keytab: { letter: 't', value: 'KEYTAB', doc: '', once: 'Only one -t option allowed.' },
  own: { own: true, doc: '' },
  'forwardable-too': { own: true, doc: '' },
  renew: { letter: 'R', doc: '', cancels: ['validate'] },
  validate: { letter: 'v', doc: '', cancels: ['renew'] },
  unknown: { letter: 'u', doc: '', clash: { with: 'service', complaint: 'u and S' } },
  service: { letter: 'S', value: 'S', doc: '', clash: { with: 'unknown', complaint: 'u and S' } },
  four: { letter: '4', letterOnly: true, doc: '', stop: { text: 'gone', status: 3 } },
} as const satisfies FlagSet

function read(...argv: string[]) {
  const { settings, operands, complaints } = getopt(argv, FLAGS, { program: 'p' })
  return { settings: settings.map(({ flag, value }) => (value === undefined ? flag : `${flag}=${value}`)), operands, complaints }
}

describe('getopt reads as GNU getopt_long does', () => {
  it.each([
    [['-ef'], ['etypes', 'flags'], []],
    [['-efcF', 'x'], ['etypes', 'flags', 'ccache=F'], ['x']],
    [['-c', 'F', '-e'], ['ccache=F', 'etypes'], []],
    [['-l5m'], ['lifetime=5m'], []],
    [['-l=5m'], ['lifetime==5m'], []],
    [['alice', '-l', '5m'], ['lifetime=5m'], ['alice']],
    [['-c', '-foo'], ['ccache=-foo'], []],
    [['-c-e'], ['ccache=-e'], []],
    [['-c', '--'], ['ccache=--'], []],
    [['-c', ''], ['ccache='], []],
    [['-e', '--', '-f', 'x'], ['etypes'], ['-f', 'x']],
    [['-'], [], ['-']],
    [['--ccache=F', '--ccache', 'G'], ['ccache=F', 'ccache=G'], []],
    [['--forw'], ['forwardable'], []],
    [['--nof', '--nop'], ['noforwardable', 'noproxiable'], []],
    [['--ccache='], ['ccache='], []],
    [['--ow'], ['own'], []],
    [['--fo'], ['forwardable'], []],
    [['--forwardable-t'], ['forwardable-too'], []],
    [['-R', '-v', '-f'], ['validate', 'flags'], []],
    [['-v', '-R', '-R'], ['renew', 'renew'], []],
    [['-u', '-u'], ['unknown', 'unknown'], []],
  ])('%j', (argv, settings, operands) => {
    expect(read(...argv)).toEqual({ settings, operands, complaints: [] })
  })

  it.each([
    [['-x'], "p: invalid option -- 'x'"],
    [['-ex'], "p: invalid option -- 'x'"],
    [['-c'], "p: option requires an argument -- 'c'"],
    [['--ccache'], "p: option '--ccache' requires an argument"],
    [['--forwardable=1'], "p: option '--forwardable' doesn't allow an argument"],
    [['--nothing'], "p: unrecognized option '--nothing'"],
    [['--no'], "p: option '--no' is ambiguous; possibilities: '--noforwardable' '--noproxiable'"],
    [['--four'], "p: unrecognized option '--four'"],
    [['-l', 'bad'], 'Bad lifetime value bad'],
    [['-t', 'a', '-t', 'b'], 'Only one -t option allowed.'],
    [['-u', '-S', 'x'], 'u and S'],
    [['-S', 'x', '-u'], 'u and S'],
  ])('%j is a mistake', (argv, complaint) => {
    expect(read(...argv).complaints).toEqual([complaint])
  })

  it('names every mistake in order', () => {
    expect(read('-x', '-l', 'bad', '-y').complaints).toEqual([
      "p: invalid option -- 'x'",
      'Bad lifetime value bad',
      "p: invalid option -- 'y'",
    ])
  })

  it('stops at a flag that ends the program', () => {
    expect(getopt(['-e', '-4', '-x'], FLAGS, { program: 'p' })).toMatchObject({ stop: { text: 'gone', status: 3 }, complaints: [] })
  })

  it('leaves everything after the first operand alone when told so', () => {
    const scan = getopt(['-e', 'addprinc', '-f', 'x'], FLAGS, { program: 'p', stopAtOperand: true })
    expect(scan.settings).toEqual([{ flag: 'etypes' }])
    expect(scan.operands).toEqual(['addprinc', '-f', 'x'])
  })
})

describe('whole words, as kdb5_util and kadmind read them', () => {
  const WORDS = { r: { value: 'REALM', doc: '' }, sf: { value: 'FILE', doc: '' }, nofork: { doc: '' } } as const satisfies FlagSet

  it('takes options anywhere and leaves the rest in order', () => {
    const scan = wholeWords(['create', '-s', '-sf', 'stash', 'x', '-r', 'A', '-nofork', '--r', 'B'], WORDS)
    expect(scan.operands).toEqual(['create', '-s', 'x'])
    expect(scan.settings).toEqual([
      { flag: 'sf', value: 'stash' },
      { flag: 'r', value: 'A' },
      { flag: 'nofork' },
      { flag: 'r', value: 'B' },
    ])
  })

  it('gives up on an option without its value', () => {
    expect(wholeWords(['-sf'], WORDS).stop).toBe('usage')
  })
})
