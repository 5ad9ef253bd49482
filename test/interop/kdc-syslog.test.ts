import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PeerRealm } from '../helpers/mit-realm.ts'
import { namespaces, startNetwork, type TestHost, type TestNetwork } from '../helpers/namespaces.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, PYTHON, python } from '../helpers/peers.ts'
import { until } from '../helpers/process.ts'
import { type Scratch, scratchFolder } from '../helpers/scratch.ts'

/** `[logging] kdc = SYSLOG` with each kind of system log there is, on hosts with a /dev of their own. */
describeWith([namespaces(), python()], 'tkrb5kdc logs to the system', () => {
  const STAMP = /\w{3} [ \d]\d \d\d:\d\d:\d\d/.source
  const cases = {
    'journald.test': { socket: '/run/systemd/journal/stdout', type: 'STREAM', greeting: 'tkrb5kdc\n\n6\n1\n1\n0\n0\n', head: '' },
    'stream.test': { socket: '/dev/log', type: 'STREAM', greeting: '', head: `${STAMP} tkrb5kdc\\[\\d+\\]: ` },
    'datagram.test': { socket: '/dev/log', type: 'DGRAM', greeting: '', head: `${STAMP} tkrb5kdc\\[\\d+\\]: ` },
  }
  type Name = keyof typeof cases
  let net: TestNetwork<Name>
  let scratch: Scratch

  beforeAll(async () => {
    scratch = scratchFolder('syslog')
    const plan = { addresses: [] }
    net = await startNetwork<Name>({ 'journald.test': plan, 'stream.test': plan, 'datagram.test': plan })
    writeFileSync(scratch.file('listen.py'), LISTEN)
  })
  afterAll(async () => {
    await net?.stop()
    scratch?.remove()
  })

  it.each(Object.keys(cases) as Name[])('%s', async name => {
    const { socket, type, greeting, head } = cases[name]
    const host = net.hosts[name]
    const received = scratch.file(name)
    const log = () => readFileSync(received, 'utf8')
    await host.start('sh', ['-ec', OWN_DEV, 'sh', PYTHON, scratch.file('listen.py'), type, socket, received], {
      ready: output => output.includes('listening'),
    })
    const realm = await startOwnRealm({
      realm: 'LOG.TEST',
      on: { host, listen: '127.0.0.1', kdcs: ['127.0.0.1'] },
      logging: ['kdc = SYSLOG:INFO:LOCAL3'],
      setup: ['addprinc -pw alicepw alice'],
    })
    try {
      // LOCAL3 is facility 19, info is severity 6 (RFC 5424 section 6.2.1): 19 * 8 + 6.
      const issued = new RegExp(`^<158>${head}AS_REQ .* 127\\.0\\.0\\.1: ISSUE: .*alice@LOG\\.TEST for krbtgt/LOG\\.TEST@LOG\\.TEST$`, 'm')
      login(host, realm)
      await until(() => issued.test(log()))
      expect(log().startsWith(greeting)).toBe(true)
      expect(log()).toMatch(new RegExp(`^<158>${head}commencing operation$`, 'm'))

      // A new connection after SIGHUP, as the log's own server may have been started anew.
      const seen = log().length
      process.kill(realm.daemons[0]!.pid, 'SIGHUP')
      await until(() => {
        login(host, realm)
        return issued.test(log().slice(seen))
      })
      await realm.daemons[0]!.stop()
      await until(() => new RegExp(`^<158>${head}shutting down$`, 'm').test(log()))

      // What keeps a server from starting stands in the log alone.
      const conf = join(realm.folder, 'kdc.conf')
      writeFileSync(conf, readFileSync(conf, 'utf8').replace(/key_stash_file = .*/, 'key_stash_file = /nonexistent/stash'))
      const env = { ...realm.env, KRB5_KDC_PROFILE: conf }
      for (const foreground of [['-n'], []]) {
        const before = log().length
        const done = host.run(ours('tkrb5kdc'), [...foreground, '-r', 'LOG.TEST'], { env })
        expect(done).toMatchObject({ code: 1, stderr: 'tkrb5kdc: cannot initialize realm LOG.TEST - see log file for details\n' })
        await until(() => new RegExp(`^<155>${head}Can not fetch master key .* for realm LOG\\.TEST$`, 'm').test(log().slice(before)))
      }
    } finally {
      await realm.stop()
    }
  })

  function login(host: TestHost, realm: PeerRealm): void {
    expect(host.run(ours('tkinit'), ['alice'], { env: realm.env, input: 'alicepw\n' })).toMatchObject({ code: 0, stderr: '' })
  }
})

/** Puts a /dev over this one that holds the same devices and can be written to, then runs the rest of the words. */
const OWN_DEV = `
mkdir /run/dev
mount -t tmpfs none /run/dev
for name in null zero full random urandom tty; do
  : >/run/dev/$name
  mount --bind /dev/$name /run/dev/$name
done
mkdir /run/dev/pts /run/dev/shm
ln -s /proc/self/fd /run/dev/fd
mount --rbind /run/dev /dev
exec "$@"
`

const LISTEN = `
import os, socket, sys, threading
kind, path, received = sys.argv[1:]
os.makedirs(os.path.dirname(path), exist_ok=True)
log = open(received, 'wb', buffering=0)
server = socket.socket(socket.AF_UNIX, getattr(socket, 'SOCK_' + kind))
server.bind(path)
def keep(connection):
    while data := connection.recv(65536):
        log.write(data)
if kind == 'STREAM':
    server.listen()
print('listening', flush=True)
while True:
    if kind == 'STREAM':
        threading.Thread(target=keep, args=(server.accept()[0],), daemon=True).start()
    else:
        log.write(server.recv(65536) + b'\\n')
`
