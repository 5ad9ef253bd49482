import { statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { askControl, serveControl } from '../../../src/platform/control-socket.ts'
import { scratchFolder } from '../../helpers/scratch.ts'

const scratch = scratchFolder('control')
afterAll(() => scratch.remove())

describe('the control socket', () => {
  it('carries a question and its answer, and is private', async () => {
    const path = scratch.file('a.sock')
    const server = await serveControl(path, async request => ({ heard: request.command }))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await askControl(path, { command: 'status' })).toEqual({ heard: 'status' })
    await server.close()
    expect(await askControl(path, { command: 'status' })).toBeUndefined()
  })
  it('takes the place of a socket whose process is gone', async () => {
    const path = scratch.file('b.sock')
    writeFileSync(path, '')
    const server = await serveControl(path, async () => 'here')
    expect(await askControl(path, { command: 'x' })).toBe('here')
    await server.close()
  })
  it('tells the asker what went wrong, and goes on after nonsense', async () => {
    const path = scratch.file('c.sock')
    const server = await serveControl(path, async () => Promise.reject(new Error('cannot do that')))
    await expect(askControl(path, { command: 'x' })).rejects.toThrow('cannot do that')
    await new Promise<void>(resolve => {
      const socket = connect(path, () => socket.end('{"command":\n'))
      socket.resume()
      socket.on('close', () => resolve())
    })
    await expect(askControl(path, { command: 'x' })).rejects.toThrow('cannot do that')
    await server.close()
  })
})
