import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { FileTarget } from '../../../../../src/kdc/server/audit/file-target.ts'
import { firstSeenHook } from '../../../../../src/kdc/server/audit/first-seen-hook.ts'
import { SeenPrincipals } from '../../../../../src/kdc/server/audit/seen.ts'
import { StreamTarget, type StreamWriter, socketWriter } from '../../../../../src/kdc/server/audit/stream-target.ts'
import { until } from '../../../../helpers/process.ts'
import { scratchFolder } from '../../../../helpers/scratch.ts'

const scratch = scratchFolder('audit')
let folders = 0
const freshFolder = () => {
  const path = scratch.file(String(++folders))
  mkdirSync(path)
  return path
}
afterAll(() => scratch.remove())

const NOW = () => 1_700_000_000
const file = (path: string, maxSize = 0, keep = 2) => new FileTarget({ path, maxSize, keep, now: NOW })

describe('audit file', () => {
  it('is 0600 and has what was written when write returns', () => {
    const path = join(freshFolder(), 'audit.json')
    const target = file(path)
    expect(target.write('{"a":1}\n')).toBe(true)
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
  it('follows the name soon after somebody has put the file aside, without being told', async () => {
    const path = join(freshFolder(), 'audit.json')
    const target = file(path)
    target.write('1\n')
    renameSync(path, `${path}.old`)
    await until(() => target.write('2\n') && existsSync(path))
    expect(readFileSync(path, 'utf8')).toBe('2\n')
    expect(readFileSync(`${path}.old`, 'utf8')).toMatch(/^1\n(2\n)*$/)
  })
  it('puts itself aside before it grows too long, loses nothing, and keeps so many', () => {
    const folder = freshFolder()
    const path = join(folder, 'audit.json')
    const [one, other] = [file(path, 8), file(path, 8)]
    for (let n = 0; n < 4; n++) for (const target of [one, other]) expect(target.write(`line${n}\n`)).toBe(true)
    const names = readdirSync(folder).sort()
    expect(names).toHaveLength(3)
    expect(names[1]).toMatch(/^audit\.json\.20231114T221320Z\.\d+/)
    expect(readFileSync(path, 'utf8')).toBe('line3\n')
  })
  it('takes nothing while it cannot be written, and goes on when it can', () => {
    const folder = join(freshFolder(), 'gone')
    mkdirSync(folder)
    const target = file(join(folder, 'audit.json'))
    rmSync(folder, { recursive: true })
    expect([target.write('lost\n'), target.hasRoom]).toEqual([false, false])
    mkdirSync(folder)
    expect([target.hasRoom, target.write('kept\n')]).toEqual([true, true])
    expect(readFileSync(join(folder, 'audit.json'), 'utf8')).toBe('kept\n')
  })
  it('begins a new line where a full disk or a kill has cut the last one', () => {
    const path = join(freshFolder(), 'audit.json')
    writeFileSync(path, '{"whole":1}\n{"cut":')
    const target = file(path)
    target.write('{"next":1}\n')
    target.write('{"next":2}\n')
    expect(readFileSync(path, 'utf8')).toBe('{"whole":1}\n{"cut":\n{"next":1}\n{"next":2}\n')
  })
  it('is no FIFO and no link', () => {
    const folder = freshFolder()
    execFileSync('mkfifo', [join(folder, 'fifo')])
    execFileSync('ln', ['-s', join(folder, 'elsewhere'), join(folder, 'link')])
    expect(() => file(join(folder, 'fifo'))).toThrow()
    expect(() => file(join(folder, 'link'))).toThrow()
  })
})

describe('audit stream to a reader', () => {
  it('never waits: what a stalled reader has not taken is bounded, and goes out when it reads again', async () => {
    const written: string[] = []
    let release: () => void = () => {}
    const stalled = new Promise<void>(resolve => {
      release = resolve
    })
    const writer: StreamWriter = {
      async put(octets) {
        await stalled
        written.push(Buffer.from(octets).toString())
      },
      close: () => {},
    }
    const target = new StreamTarget('STDOUT', writer)
    const megabyte = `${'x'.repeat(2 ** 20 - 1)}\n`
    const taken = Array.from({ length: 10 }, () => target.write(megabyte))
    expect(taken).toEqual([true, true, true, true, ...Array(6).fill(false)])
    expect(target.hasRoom).toBe(false)
    release()
    await until(() => written.length === 4)
    await until(() => target.hasRoom)
    expect(target.write('more\n')).toBe(true)
    await target.close()
    expect(written.at(-1)).toBe('more\n')
  })
  it('goes to a socket, and to the next reader when the first one has left', async () => {
    const path = join(freshFolder(), 'audit.sock')
    const got: string[] = []
    const open = new Set<Socket>()
    const listen = () => {
      const server = createServer(socket => {
        open.add(socket)
        socket.setEncoding('utf8').on('data', text => void got.push(String(text)))
      })
      return new Promise<typeof server>(resolve => server.listen(path, () => resolve(server)))
    }
    const target = new StreamTarget(`SOCKET:${path}`, socketWriter(path))
    expect(target.write('before anybody reads\n')).toBe(true)
    const first = await listen()
    await until(() => got.join('').includes('before'))
    for (const socket of open) socket.destroy()
    await new Promise(resolve => first.close(resolve))
    target.write('while nobody reads\n')
    const second = await listen()
    await until(() => got.join('').includes('while'))
    await target.close()
    for (const socket of open) socket.destroy()
    await new Promise(resolve => second.close(resolve))
  })
})

describe('external principals seen', () => {
  it('are new once, over restarts and for all processes that share the file', () => {
    const path = join(freshFolder(), 'seen')
    const one = new SeenPrincipals(path)
    const other = new SeenPrincipals(path)
    expect([one.isNew('a@B'), one.isNew('a@B'), other.isNew('a@B'), other.isNew('b@B'), one.isNew('b@B')]).toEqual([
      true,
      false,
      false,
      true,
      false,
    ])
    expect(new SeenPrincipals(path).isNew('a@B')).toBe(false)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
  it('are read from a file that has been damaged as far as it goes', () => {
    const path = join(freshFolder(), 'seen')
    writeFileSync(path, '"a@B"\nrubbish\n"\\u12"\n"c@B"\n"half')
    const seen = new SeenPrincipals(path)
    expect(['a@B', 'c@B', 'half'].map(name => seen.isNew(name))).toEqual([false, false, true])
  })
})

describe('first-seen hook', () => {
  it('is run with the event on standard input, one after the other, and what goes wrong is one line in the log', async () => {
    const folder = freshFolder()
    const program = join(folder, 'hook')
    writeFileSync(program, `#!/bin/sh\ncat >> ${folder}/told\ngrep -q bad ${folder}/told && exit 3\nexit 0\n`, { mode: 0o755 })
    const said: string[] = []
    const tell = firstSeenHook(program, (_level, text) => void said.push(text))
    tell('{"n":1}\n')
    tell('{"n":"bad"}\n')
    await until(() => said.length === 1)
    expect(readFileSync(join(folder, 'told'), 'utf8')).toBe('{"n":1}\n{"n":"bad"}\n')
    expect(said).toEqual([`audit: ${program} ended with status 3`])
  })
})
