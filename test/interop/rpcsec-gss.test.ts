import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { markRecord, RecordAssembler } from '../../src/admin/wire/record-mark.ts'
import { RpcsecClient } from '../../src/admin/wire/rpcsec-gss/client.ts'
import { GssProc } from '../../src/admin/wire/rpcsec-gss/messages.ts'
import { XdrReader } from '../../src/admin/wire/xdr.ts'
import { EMPTY } from '../../src/core/bytes/bytes.ts'
import type { Credential } from '../../src/core/ccache/credential.ts'
import { decodeCredentials, decodeHead } from '../../src/core/ccache/format.ts'
import { startMitPasswordRealm } from '../helpers/mit-passwords.ts'
import { must, type PeerRealm } from '../helpers/mit-realm.ts'
import { describeWith, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'
import {
  ARGS,
  callOf,
  craftedClient,
  FAULTS_IN_CALLS,
  FAULTS_IN_SET_UPS,
  outcomeOf,
  PROCEDURE,
  type Send,
} from '../unit/admin/wire/rpcsec-gss/crafted-client.ts'

describeWith([mit()], "RPCSEC_GSS with MIT's kadmind", () => {
  let realm: PeerRealm
  let port: number
  let credential: Credential
  const open: Socket[] = []

  beforeAll(async () => {
    realm = await startMitPasswordRealm({ setup: ['addprinc -pw rootpw root/admin'], acl: ['root/admin@MIT.TEST *'] })
    port = Number(/admin_server = \S+:(\d+)/.exec(readFileSync(realm.env.KRB5_CONFIG!, 'utf8'))![1])
    const withPassword: typeof run = (program, args, options) => run(program, args, { ...options, input: 'rootpw\n' })
    must('kinit', ['-S', 'kadmin/admin', 'root/admin'], realm.env, withPassword)
    const cache = new Uint8Array(readFileSync(join(realm.folder, 'cc')))
    credential = [...decodeCredentials(cache, decodeHead(cache))].find(it => it.credential.server.components[0] === 'kadmin')!.credential
  })
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy()
  })
  afterAll(() => realm?.stop())

  it('sets a context up, calls, is answered and destroys it', async () => {
    const send = connection()
    const client = new RpcsecClient({ program: 2112, version: 2, credential }, ENV)
    client.established(await send(client.init()))
    const { record, results } = client.call(PROCEDURE, ARGS)
    const answer = new XdrReader(results(await send(record)))
    expect([answer.u32('api_version'), answer.u32('code'), answer.left]).toEqual([0x12345704, 0, 0])
    const last = client.destroy()
    expect(last.results(await send(last.record))).toEqual(EMPTY)
  })

  it('is told of a refusal', async () => {
    const client = new RpcsecClient(
      { program: 2112, version: 2, credential: { ...credential, client: { ...credential.client, realm: 'X' } } },
      ENV,
    )
    const reply = await connection()(client.init())
    expect(() => client.established(reply)).toThrow(expect.objectContaining({ code: 'KADM5_GSS_ERROR', params: { authStatus: 2 } }))
  })

  it.each(FAULTS_IN_CALLS)(
    'answers a call with $what as ours does, or as the table says',
    async ({ word = {}, more, outcome, mit: theirs }) => {
      const { ask } = await craftedClient(connection(), credential, ENV)
      expect(await ask(word, more)).toBe(theirs ?? outcome)
    },
  )

  it.each(FAULTS_IN_SET_UPS)('answers a set-up with $what as ours does', async ({ word, more, outcome }) => {
    expect(outcomeOf(await connection()(callOf({ gssProc: GssProc.INIT, seq: 0, ...word }, { procedure: 0, ...more })))).toBe(outcome)
  })

  it('has the window of ours', async () => {
    const { ask } = await craftedClient(connection(), credential, ENV)
    const outcomes: string[] = []
    for (const seq of [1, 1, 1000, 970, 969, 968, 969, 1001]) outcomes.push(await ask({ seq }))
    const OK = 'accepted 0'
    expect(outcomes).toEqual([OK, 'denied 14', OK, OK, OK, 'denied 14', 'denied 14', OK])
  })

  function connection(): Send {
    const socket = connect(port, '127.0.0.1')
    open.push(socket)
    const records = new RecordAssembler({ maxOctets: 65_536, maxFragments: 64 })
    return record =>
      new Promise((resolve, reject) => {
        const take = (chunk: Buffer) => {
          const [reply] = records.push(new Uint8Array(chunk))
          if (reply === undefined) return
          socket.off('data', take)
          resolve(reply)
        }
        socket
          .on('data', take)
          .once('error', reject)
          .once('close', () => reject(new Error('kadmind hung up')))
        socket.write(markRecord(record))
      })
  }
})

const ENV = {
  random: (length: number) => new Uint8Array(randomBytes(length)),
  clock: { now: () => ({ seconds: Math.floor(Date.now() / 1000), micros: Number(process.hrtime.bigint() % 1_000_000n) }) },
}
