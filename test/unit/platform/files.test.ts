import { spawn, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KrbError } from '../../../src/core/errors/krb-error.ts'
import { nodeFiles } from '../../../src/platform/files.ts'
import { locksAvailable } from '../../../src/platform/lock.ts'
import { bundle } from '../../helpers/bundle.ts'
import { scratchFolder } from '../../helpers/scratch.ts'

const files = nodeFiles()
const scratch = scratchFolder('files')
afterAll(() => scratch.remove())

/** Root may do everything: what only others are refused cannot be seen as root. */
const isRoot = process.getuid?.() === 0

describe('read', () => {
  it('gives the whole content, locked or not', async () => {
    const path = put('whole', 'x'.repeat(100_000))
    expect(await files.read(path)).toHaveLength(100_000)
    expect(await files.readLocked(path)).toHaveLength(100_000)
    expect(await files.read(put('empty', ''))).toHaveLength(0)
  })

  it('reads files whose size the system does not know', async () => {
    expect(Buffer.from(await files.read('/proc/self/status')).toString()).toContain('Pid:')
  })

  it('stops at maxBytes', async () => {
    const path = put('limited', 'x'.repeat(11))
    expect(await files.read(path, { maxBytes: 11 })).toHaveLength(11)
    expect(await failure(files.read(path, { maxBytes: 10 }))).toMatchObject({ code: 'EFBIG', params: { path, maxBytes: 10 } })
    expect(await failure(files.read('/proc/self/status', { maxBytes: 10 }))).toMatchObject({ code: 'EFBIG' })
  })

  it('has the name of the errno as code', async () => {
    expect(await failure(files.read(scratch.file('none')))).toMatchObject({ code: 'ENOENT', params: { path: scratch.file('none') } })
    expect(await failure(files.read(join(put('plain', ''), 'below')))).toMatchObject({ code: 'ENOTDIR' })
    expect(await failure(files.read(scratch.file('n'.repeat(300))))).toMatchObject({ code: 'ENAMETOOLONG' })
    expect(await failure(files.read('a\0b'))).toMatchObject({ code: 'EINVAL' })
    fs.symlinkSync('loop', scratch.file('loop'))
    expect(await failure(files.read(scratch.file('loop')))).toMatchObject({ code: 'ELOOP' })
  })

  it.skipIf(isRoot)('cannot read what is not readable (skipped as root)', async () => {
    const path = put('secret', '')
    fs.chmodSync(path, 0)
    expect(await failure(files.read(path))).toMatchObject({ code: 'EACCES' })
  })

  it('refuses what is no file, and does not wait for it', async () => {
    const pipe = scratch.file('pipe')
    spawnSync('mkfifo', [pipe])
    expect(await failure(files.read(scratch.path))).toMatchObject({ code: 'EISDIR' })
    for (const task of [
      files.read(pipe),
      files.readLocked(pipe),
      files.replace(pipe, BYTES),
      files.edit(pipe, () => [], { create: 0o600 }),
      files.shred(pipe),
    ]) {
      expect(await failure(task)).toMatchObject({ code: 'EINVAL', params: { kind: 'pipe' } })
    }
    expect((await failure(files.append(pipe, BYTES))).number).toBeGreaterThan(0)
    expect(await failure(files.read('/dev/null'))).toMatchObject({ code: 'EINVAL', params: { kind: 'device' } })
    expect(fs.lstatSync(pipe).isFIFO()).toBe(true)
  })
})

describe('stat and list', () => {
  it('tell kinds, modes and absence', async () => {
    const path = put('kind', 'abc')
    fs.chmodSync(path, 0o640)
    expect(await files.stat(path)).toEqual({ kind: 'file', mode: 0o640, uid: process.getuid?.(), size: 3 })
    expect((await files.stat(scratch.path))?.kind).toBe('folder')
    expect((await files.stat('/dev/null'))?.kind).toBe('other')
    expect(await files.stat(scratch.file('none'))).toBeUndefined()
    expect([...(await files.list(scratch.path))].sort()).toEqual(fs.readdirSync(scratch.path).sort())
    expect(await failure(files.list(path))).toMatchObject({ code: 'ENOTDIR' })
  })
})

describe('replace', () => {
  it('creates and replaces, with exactly the mode asked for', async () => {
    const path = scratch.file('replaced')
    await files.replace(path, BYTES)
    expect(modeOf(path)).toBe(0o600)
    await files.replace(path, Buffer.from('second'), { mode: 0o644 })
    expect([fs.readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['second', 0o644])
    expect(leftovers(path)).toEqual([])
  })

  it('replaces a symbolic link and leaves its target alone', async () => {
    const target = put('target', 'precious')
    fs.symlinkSync(target, scratch.file('link'))
    await files.replace(scratch.file('link'), BYTES)
    expect(fs.lstatSync(scratch.file('link')).isSymbolicLink()).toBe(false)
    expect(fs.readFileSync(target, 'utf8')).toBe('precious')
  })

  it('leaves nothing behind when it cannot', async () => {
    const folder = scratch.file('folder')
    fs.mkdirSync(folder)
    expect(await failure(files.replace(folder, BYTES))).toMatchObject({ code: 'EISDIR' })
    expect(await failure(files.replace(scratch.file('none/x'), BYTES))).toMatchObject({ code: 'ENOENT' })
    expect(leftovers(folder)).toEqual([])
  })
})

describe('append', () => {
  it('adds to an existing file only', async () => {
    const path = put('log', 'one')
    await files.append(path, Buffer.from('two'))
    expect(fs.readFileSync(path, 'utf8')).toBe('onetwo')
    expect(await failure(files.append(scratch.file('none'), BYTES))).toMatchObject({ code: 'ENOENT' })
    expect(fs.existsSync(scratch.file('none'))).toBe(false)
  })
})

describe('edit', () => {
  it('carries out patches in place, in order, and appends at the end', async () => {
    const path = put('edited', 'abcdef')
    const before = fs.statSync(path).ino
    await files.edit(path, content => {
      expect(Buffer.from(content).toString()).toBe('abcdef')
      return [
        { at: 1, content: Buffer.from('XX') },
        { at: 6, content: Buffer.from('gh') },
        { at: 2, content: Buffer.from('Y') },
      ]
    })
    expect([fs.readFileSync(path, 'utf8'), fs.statSync(path).ino]).toEqual(['aXYdefgh', before])
  })

  it('creates with the mode, and takes the file away again when the edit fails', async () => {
    const path = scratch.file('created')
    await files.edit(path, () => [{ at: 0, content: BYTES }], { create: 0o600 })
    expect([modeOf(path), fs.statSync(path).size]).toEqual([0o600, BYTES.length])
    expect(await failure(files.edit(scratch.file('none'), () => []))).toMatchObject({ code: 'ENOENT' })
    const fails = () => {
      throw new KrbError('KRB5_KT_FORMAT')
    }
    expect(await failure(files.edit(scratch.file('none'), fails, { create: 0o600 }))).toMatchObject({ code: 'KRB5_KT_FORMAT' })
    expect(fs.existsSync(scratch.file('none'))).toBe(false)
    expect(await failure(files.edit(path, fails, { create: 0o600 }))).toMatchObject({ code: 'KRB5_KT_FORMAT' })
    expect(fs.statSync(path).size).toBe(BYTES.length)
  })
})

describe('shred', () => {
  it('unlinks, and zeroes what other names still show', async () => {
    const path = put('shredded', 'k'.repeat(20_000))
    fs.linkSync(path, scratch.file('witness'))
    await files.shred(path)
    expect(fs.existsSync(path)).toBe(false)
    const rest = fs.readFileSync(scratch.file('witness'))
    expect([rest.length, rest.every(octet => octet === 0)]).toEqual([20_000, true])
    expect(await failure(files.shred(path))).toMatchObject({ code: 'ENOENT' })
    expect(await failure(files.shred(scratch.path))).toMatchObject({ code: 'EISDIR' })
  })
})

describe('makeFolder', () => {
  it('makes one folder with the mode', async () => {
    const path = scratch.file('made')
    await files.makeFolder(path, 0o700)
    expect(modeOf(path)).toBe(0o700)
    expect(await failure(files.makeFolder(path, 0o700))).toMatchObject({ code: 'EEXIST' })
    expect(await failure(files.makeFolder(scratch.file('a/b'), 0o700))).toMatchObject({ code: 'ENOENT' })
  })
})

describe('in processes of their own', () => {
  let program = ''
  beforeAll(() => {
    program = bundle('files', WORKER)
  })
  afterAll(() => fs.rmSync(program, { force: true }))

  it.each(['000', '077', '777'])('modes are exact under umask %s', umask => {
    const names = ['replaced', 'edited', 'folder'].map(name => scratch.file(`${name}-${umask}`))
    const done = spawnSync(process.execPath, [program, 'modes', umask, ...names], { encoding: 'utf8' })
    expect(done.stderr).toBe('')
    expect(names.map(modeOf)).toEqual([0o600, 0o600, 0o700])
  })

  it('eight writers at once lose nothing', async () => {
    const path = put('shared', '')
    await Promise.all(Array.from({ length: 8 }, (_, i) => ended(spawn(process.execPath, [program, 'append', path, String(i)]))))
    const lines = fs.readFileSync(path, 'utf8').split('\n').slice(0, -1)
    expect(lines).toHaveLength(8 * 50)
    expect(new Set(lines).size).toBe(8 * 50)
    expect(lines.every(line => /^\d-\d+-x{2000}$/.test(line))).toBe(true)
  })

  it.skipIf(!locksAvailable())('eight editors at once lose nothing (skipped without fs-native-extensions)', async () => {
    const path = put('counter', '0'.padStart(8, '0'))
    await Promise.all(Array.from({ length: 8 }, () => ended(spawn(process.execPath, [program, 'count', path]))))
    expect(Number(fs.readFileSync(path, 'utf8'))).toBe(8 * 25)
  })

  it('a full disk is told, and takes nothing of the old content', () => {
    const path = put('full', 'old')
    const done = spawnSync('sh', ['-c', 'ulimit -f 8; exec "$@"', 'sh', process.execPath, program, 'fill', path], { encoding: 'utf8' })
    expect(done.stdout).toBe('replace EFBIG\nappend EFBIG\nappend ENOSPC\nedit EFBIG\n')
    expect(fs.readFileSync(path, 'utf8')).toBe('old')
    expect(leftovers(path)).toEqual([])
  })
})

const BYTES = Buffer.from('content')

const WORKER = `
import { nodeFiles } from './src/platform/files.ts'
const files = nodeFiles()
const [task, ...args] = process.argv.slice(2)
const code = async (name, promise) => promise.then(() => console.log(name, 'done'), error => console.log(name, error.code))
void (async () => {
  if (task === 'modes') {
    process.umask(parseInt(args[0], 8))
    await files.replace(args[1], Buffer.from('x'))
    await files.edit(args[2], () => [{ at: 0, content: Buffer.from('x') }], { create: 0o600 })
    await files.makeFolder(args[3], 0o700)
  }
  if (task === 'append') {
    for (let i = 0; i < 50; i++) await files.append(args[0], Buffer.from(args[1] + '-' + i + '-' + 'x'.repeat(2000) + '\\n'))
  }
  if (task === 'count') {
    const next = content => [{ at: 0, content: Buffer.from(String(Number(Buffer.from(content)) + 1).padStart(8, '0')) }]
    for (let i = 0; i < 25; i++) await files.edit(args[0], next)
  }
  if (task === 'fill') {
    process.on('SIGXFSZ', () => {})
    const much = Buffer.alloc(100_000)
    await code('replace', files.replace(args[0], much))
    const sparse = args[0] + '-sparse'
    await files.replace(sparse, Buffer.from('x'))
    require('node:fs').truncateSync(sparse, 4096)
    await code('append', files.append(sparse, much))
    await code('append', files.append(args[0], much))
    await code('edit', files.edit(args[0], () => [{ at: 3, content: much }]))
  }
})()
`

function put(name: string, content: string): string {
  fs.writeFileSync(scratch.file(name), content)
  return scratch.file(name)
}

function modeOf(path: string): number {
  return fs.statSync(path).mode & 0o7777
}

function leftovers(path: string): string[] {
  return fs.readdirSync(scratch.path).filter(name => join(scratch.path, name).startsWith(`${path}.`))
}

function ended(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve() : reject(new Error(`status ${code}`))))
  })
}

async function failure(task: Promise<unknown>): Promise<KrbError> {
  try {
    await task
  } catch (error) {
    if (error instanceof KrbError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
