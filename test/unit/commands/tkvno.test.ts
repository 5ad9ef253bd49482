import { describe, expect, it } from 'vitest'
import type { Flag } from '../../../src/commands/argv/flag.ts'
import { getopt } from '../../../src/commands/argv/getopt.ts'
import { UsageError } from '../../../src/commands/text/envelope.ts'
import { badStartTime, startOffset } from '../../../src/commands/text/start-time.ts'
import { complaints, errandOf, VNO_FLAGS, type VnoFlags } from '../../../src/commands/tkvno/flags.ts'
import type { Env } from '../../../src/core/env.ts'
import { KrbError } from '../../../src/core/errors/krb-error.ts'

function read(line: string) {
  const { settings, operands, complaints: before } = getopt(line === '' ? [] : line.split(' '), VNO_FLAGS, { program: 'kvno' })
  const one = (key: string, flag: Flag) => {
    const found = settings.filter(setting => setting.flag === key)
    return flag.value === undefined ? found.length > 0 : found.at(-1)?.value
  }
  const flags = Object.fromEntries(Object.entries(VNO_FLAGS).map(([key, flag]) => [key, one(key, flag)])) as VnoFlags
  return { flags, mistakes: () => [...before, ...complaints(flags, operands, 'kvno', before)] }
}

describe('what to get', () => {
  it.each([
    ['host/x', { kind: 'ticket' }],
    ['--renew host/x', { kind: 'renew' }],
    ['--validate host/x', { kind: 'validate' }],
    ['--forwarded', { kind: 'forwarded', addresses: [], lifetime: undefined }],
    ['--forwarded --addresses a,10.0.0.1,,::1 --lifetime 1h', { kind: 'forwarded', addresses: ['a', '10.0.0.1', '::1'], lifetime: 3600 }],
    ['--proxy --addresses a host/x', { kind: 'proxy', addresses: ['a'], lifetime: undefined }],
    ['--start-time 1h --lifetime 60 host/x', { kind: 'postdated', startTime: '1h', lifetime: 60 }],
  ])('%s', (line, errand) => {
    const { flags, mistakes } = read(line)
    expect(mistakes()).toEqual([])
    expect(errandOf(flags)).toEqual(errand)
  })

  it.each([
    ['--forwarded --proxy x', 'Only one of --forwarded, --proxy, --renew, --validate and --start-time allowed'],
    ['--renew --start-time 1h x', 'Only one of --forwarded, --proxy, --renew, --validate and --start-time allowed'],
    ['--forwarded x', '--forwarded is about the ticket-granting ticket, and takes no service'],
    ['--addresses a x', '--addresses goes with --forwarded and --proxy'],
    ['--lifetime 1h x', '--lifetime goes with --forwarded, --proxy and --start-time'],
    ['--forwarded --lifetime 0', 'Bad lifetime value 0'],
    ['--start-time never x', 'Bad start time value never'],
    ['--proxy --u2u c x', '--u2u and --cached-only go with ordinary tickets'],
    ['--renew --cached-only x', '--u2u and --cached-only go with ordinary tickets'],
    ['--renew -e aes x', '-e goes with new tickets'],
    ['--renew --explain x', '--explain goes with new tickets for services'],
    ['-u -S host x', 'Options -u and -S are mutually exclusive'],
    ['-S host -u x', 'Options -u and -S are mutually exclusive'],
    ['-P x', 'Option -P (constrained delegation) requires option -I|-U|-F (protocol transition)'],
    ['--u2u FILE:b -I alice x', 'Options --u2u and -I|-U|-F are mutually exclusive'],
    ['-I alice --renew x', '-I, -U and -F go with ordinary tickets'],
  ])('%s is a mistake', (line, complaint) => {
    expect(read(line).mistakes()[0]).toBe(complaint)
  })

  it('needs a service, which the usage text says', () => {
    expect(read('').mistakes).toThrow(UsageError)
    expect(read('-e').mistakes()).toEqual(["kvno: option requires an argument -- 'e'"])
  })

  it.each(['--c', '--ca', '--n', '--no', '--o=x', '--u=x'])('MIT’s abbreviations stay: %s', word => {
    expect(read(`${word} host/x`).mistakes()).toEqual([])
  })
})

describe('a start', () => {
  const files = { read: async () => Promise.reject(new KrbError('ENOENT')) }
  const env = { clock: { now: () => ({ seconds: 1_000_000_000, micros: 0 }) }, vars: { TZ: 'UTC0' }, files } as unknown as Env
  it.each([
    ['1h', 3600],
    ['-10s', -10],
    ['10:00', 36_000],
    ['20010909014640', 0],
    ['20010909020000', 800],
  ])('%s', async (text, seconds) => {
    expect(badStartTime(text)).toBeUndefined()
    expect(await startOffset(text, env)).toBe(seconds)
  })
  it.each(['', '0', 'never', '203001020304'])('%s is none', text => {
    expect(badStartTime(text)).toBe(`Bad start time value ${text}`)
  })
})
