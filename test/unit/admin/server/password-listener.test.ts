import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { listenForPasswords } from '../../../../src/admin/server/password/listen.ts'
import { KrbErrorMessage } from '../../../../src/core/asn1/messages/krb-error.ts'
import { UTC } from '../../../../src/core/time/zone.ts'
import type { Listener } from '../../../../src/kdc/server/listener.ts'
import { type PasswordDesk, passwordDesk } from '../../../helpers/password-desk.ts'

let desk: PasswordDesk
let listener: Listener
let written: number

beforeEach(async () => {
  desk = await passwordDesk()
  await desk.addUser('alice', 'Old.pw1')
  written = 0
  listener = await listenForPasswords({
    context: desk.admin.context,
    replayCache: { remember: () => undefined },
    mayChange: () => false,
    zone: UTC,
    log: () => undefined,
    listen: [{ address: '127.0.0.1', port: 0 }],
    writeDown: () => ++written > 0,
  })
})
afterEach(() => listener.close())

/** What comes back until the server closes, or as many octets as are wanted. */
async function overTcp(octets: Uint8Array, wanted = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const socket = connect(listener.endpoints[0]!.port, '127.0.0.1')
  socket.write(octets)
  let got = Buffer.alloc(0)
  for await (const chunk of socket) {
    got = Buffer.concat([got, chunk])
    if (got.length >= wanted) break
  }
  socket.destroy()
  return got
}

function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(message.length)
  return Buffer.concat([length, message])
}

it('has one port for UDP and TCP, and writes its log before it answers', async () => {
  expect(new Set(listener.endpoints.map(({ port }) => port)).size).toBe(1)
  const asked = desk.asking()
  const reply = await overTcp(framed(asked.message), 5)
  expect(asked.told(new Uint8Array(reply.subarray(4)))).toEqual({ by: 'priv', code: 0, text: '' })
  const socket = createSocket('udp4')
  socket.send(asked.message, listener.endpoints[0]!.port, '127.0.0.1')
  const [again] = await once(socket, 'message')
  socket.close()
  expect(asked.told(new Uint8Array(again))).toEqual({ by: 'priv', code: 0, text: '' })
  expect(written).toBe(2)
})

it('says FIELD_TOOLONG to a length beyond 1048572, before anything is kept, and closes', async () => {
  const reply = await overTcp(Uint8Array.of(0, 0x10, 0, 0))
  const { errorCode, sname, realm } = KrbErrorMessage.decode(new Uint8Array(reply.subarray(4)))
  expect({ errorCode, name: sname.nameString.join('/'), realm }).toEqual({ errorCode: 61, name: 'kadmin/changepw', realm: 'R' })
})

it('closes a connection without an answer to what is no request', async () => {
  expect(await overTcp(framed(Uint8Array.of(0, 4, 0, 1)))).toHaveLength(0)
})
