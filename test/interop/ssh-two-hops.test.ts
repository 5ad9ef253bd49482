import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clientEnv, type PeerRealm } from '../helpers/mit-realm.ts'
import { namespaces, startNetwork, type TestHost, type TestNetwork } from '../helpers/namespaces.ts'
import { ours, startOwnRealm } from '../helpers/own-realm.ts'
import { describeWith, sshServer } from '../helpers/peers.ts'
import { type Finished, run } from '../helpers/process.ts'
import { type Scratch, scratchFolder } from '../helpers/scratch.ts'

/** Issue 3, shown by 4: OpenSSH, whose GSS library is MIT's, from client to server1 and on to server2, with our programs and our KDC. */
describeWith([namespaces(), sshServer()], 'OpenSSH across two hops', () => {
  type Name = 'kdc.hop.test' | 'client.hop.test' | 'server1.hop.test' | 'server2.hop.test'
  let scratch: Scratch
  let net: TestNetwork<Name>
  let realm: PeerRealm
  let client: TestHost
  let env: Record<string, string>
  const caches = new Set<string>()

  beforeAll(async () => {
    scratch = scratchFolder('ssh')
    const files = { '/etc/passwd': passwd(scratch) }
    net = await startNetwork<Name>({
      'kdc.hop.test': { addresses: ['10.77.0.2/24'] },
      'client.hop.test': { addresses: ['10.77.0.10/24'], files },
      'server1.hop.test': { addresses: ['10.77.0.11/24'], files },
      'server2.hop.test': { addresses: ['10.77.0.12/24'], files },
    })
    realm = await startOwnRealm({
      realm: 'HOP.TEST',
      on: { host: net.hosts['kdc.hop.test'], listen: '10.77.0.2', kdcs: ['kdc.hop.test'] },
      libdefaults: ['qualify_shortname = hop.test', `default_ccache_name = FILE:${scratch.file('none')}`],
      setup: ['addprinc -pw alicepw alice'],
    })
    client = net.hosts['client.hop.test']
    const path = [linked(scratch), dirname(process.execPath), '/usr/bin', '/bin'].join(':')
    env = { ...clientEnv(scratch.path), KRB5_CONFIG: realm.env.KRB5_CONFIG!, PATH: path }
    const known = ['server1', 'server2'].map(name => hostKey(scratch, name))
    writeSshConfig(scratch, known)
    for (const name of ['server1', 'server2'] as const) {
      const keytab = scratch.file(`${name}.keytab`)
      realm.admin([`addprinc -randkey host/${name}.hop.test`, `ktadd -k ${keytab} host/${name}.hop.test`])
      writeFileSync(scratch.file(`${name}.sshd`), sshdConfig(scratch, name, env))
      await net.hosts[`${name}.hop.test`].start('sh', ['-c', SSHD, 'sshd', scratch.file(`${name}.sshd`)], {
        env: { KRB5_CONFIG: realm.env.KRB5_CONFIG!, KRB5_KTNAME: keytab },
        ready: output => output.includes('Server listening'),
      })
    }
  })
  afterAll(async () => {
    await net?.stop()
    await realm?.stop()
    for (const cache of caches) rmSync(cache, { force: true })
    scratch?.remove()
  })

  it('a forwardable ticket opens both servers without a password', () => {
    login('-f')
    const seen = ssh('server1', 'hostname; echo cache $KRB5CCNAME; klist -f; ssh -K server2 "hostname; echo cache \\$KRB5CCNAME; klist -f"')
    expect(seen).toMatchObject({ code: 0, stderr: '' })
    const [first, second] = seen.stdout.split(/^server2\.hop\.test$/m)
    expect(first).toMatch(/^server1\.hop\.test\ncache FILE:\/tmp\/krb5cc_0_\w+\nTicket cache: FILE:/)
    expect(first).toMatch(/Default principal: alice@HOP\.TEST\n/)
    // Just that one ticket: forwarded, and to be forwarded again; not initial.
    expect(tickets(first!)).toEqual([['krbtgt/HOP.TEST@HOP.TEST', 'FfT']])
    expect(tickets(second!)).toEqual([['krbtgt/HOP.TEST@HOP.TEST', 'FfT']])
  })

  it('the KDC saw the TGT being forwarded and the tickets being asked for from either host', () => {
    login('-f')
    const before = log().length
    expect(ssh('server1', 'ssh -K server2 true')).toMatchObject({ code: 0, stderr: '' })
    const seen = log().slice(before)
    expect(issued(seen)).toEqual([
      '10.77.0.10 host/server1.hop.test',
      '10.77.0.10 krbtgt/HOP.TEST',
      '10.77.0.11 host/server2.hop.test',
      '10.77.0.11 krbtgt/HOP.TEST',
    ])
    // What is handed on is asked for with the encryption type of its session key alone.
    expect([...seen.matchAll(/TGS_REQ \(1 etypes \{\S+\}\) \S+: ISSUE: .* for krbtgt/g)]).toHaveLength(2)
  })

  it('sshd removes the forwarded ticket at the end', () => {
    login('-f')
    const cache = ssh('server1', 'echo $KRB5CCNAME').stdout.trim().replace('FILE:', '')
    expect(cache).toMatch(/^\/tmp\/krb5cc_0_/)
    expect(client.run('ls', [cache]).stderr).toContain('No such file')
  })

  it.each([
    ['a ticket that is not forwardable', [], '-K'],
    ['a forwardable ticket that is not handed on', ['-f'], '-k'],
  ])('%s opens the first server only', (_title, options, delegate) => {
    login(...options)
    const first = ssh('server1', 'echo "cache <$KRB5CCNAME>"; klist -f', delegate)
    expect(first).toMatchObject({ code: 1, stdout: 'cache <>\n' })
    expect(first.stderr).toMatch(/^klist: No credentials cache found \(filename: .*\)\n$/)
    const second = ssh('server1', 'ssh -K server2 true', delegate)
    expect(second).toMatchObject({ code: 255, stderr: 'alice@server2: Permission denied (gssapi-with-mic).\r\n' })
  })

  it('somebody else is refused', () => {
    realm.admin(['addprinc -pw bobpw bob'])
    expect(client.run('kinit', ['-f', 'bob'], { env, input: 'bobpw\n' })).toMatchObject({ code: 0, stderr: '' })
    expect(ssh('server1', 'true')).toMatchObject({ code: 255, stderr: 'alice@server1: Permission denied (gssapi-with-mic).\r\n' })
  })

  function login(...options: readonly string[]): void {
    expect(client.run('kinit', [...options, 'alice'], { env, input: 'alicepw\n' })).toMatchObject({ code: 0, stderr: '' })
  }

  function ssh(server: string, command: string, delegate = '-K'): Finished {
    const done = client.run('ssh', [delegate, server, command], { env })
    for (const [, cache] of done.stdout.matchAll(/FILE:(\/tmp\/krb5cc_0_\w+)/g)) caches.add(cache!)
    return done
  }

  function log(): string {
    return readFileSync(realm.log, 'utf8')
  }
})

/** Service and flags of each ticket that `klist -f` shows. */
function tickets(listing: string): readonly (readonly [service: string, flags: string])[] {
  return [...listing.matchAll(/ {2}(\S+@\S+)\n(?:\t.*?)?Flags: (\w+)/g)].map(([, service, flags]) => [service!, flags!])
}

/** Client's address and service of each ticket that was issued by the TGS. */
function issued(log: string): readonly string[] {
  return [...log.matchAll(/TGS_REQ .* (\S+): ISSUE: .* alice@HOP\.TEST for (\S+)@HOP\.TEST/g)].map(
    ([, from, service]) => `${from} ${service}`,
  )
}

/** alice has the rights of root, so that neither a home nor the programs of the tests must be open to others. */
function passwd(scratch: Scratch): string {
  mkdirSync(join(scratch.path, 'home/.ssh'), { recursive: true })
  chmodSync(scratch.file('home'), 0o700)
  return `alice:*:0:0::${scratch.file('home')}:/bin/sh\nsshd:*:65533:65534::/run/sshd:/usr/sbin/nologin\nnobody:*:65534:65534::/:/usr/sbin/nologin\n`
}

/** A folder in which our programs have MIT's names. */
function linked(scratch: Scratch): string {
  mkdirSync(scratch.file('programs'))
  for (const name of ['kinit', 'klist']) symlinkSync(ours(`t${name}`), scratch.file(`programs/${name}`))
  return scratch.file('programs')
}

/** Makes the server's key and gives its line of known_hosts. */
function hostKey(scratch: Scratch, name: string): string {
  const key = scratch.file(`${name}.key`)
  const done = run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  if (done.code !== 0) throw new Error(done.stderr)
  return `${name} ${readFileSync(`${key}.pub`, 'utf8')}`
}

function writeSshConfig(scratch: Scratch, known: readonly string[]): void {
  writeFileSync(scratch.file('home/.ssh/known_hosts'), known.join(''))
  writeFileSync(
    scratch.file('home/.ssh/config'),
    `Host *
 User alice
 GSSAPIAuthentication yes
 PreferredAuthentications gssapi-with-mic
 StrictHostKeyChecking yes
 BatchMode yes
`,
  )
}

function sshdConfig(scratch: Scratch, name: string, env: Readonly<Record<string, string>>): string {
  return `HostKey ${scratch.file(`${name}.key`)}
PidFile none
AuthenticationMethods gssapi-with-mic
GSSAPIAuthentication yes
GSSAPICleanupCredentials yes
GSSAPIStrictAcceptorCheck yes
PermitRootLogin yes
UsePAM no
PrintLastLog no
SetEnv PATH=${env.PATH} KRB5_CONFIG=${env.KRB5_CONFIG}
`
}

const SSHD = 'mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f "$1"'
