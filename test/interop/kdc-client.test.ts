import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeText, encodeText } from '../../src/core/bytes/text.ts'
import { memoryCcache } from '../../src/core/ccache/types/memory.ts'
import { loadClientConfig } from '../../src/core/config/krb5-conf.ts'
import type { Env } from '../../src/core/env.ts'
import { KrbError } from '../../src/core/errors/krb-error.ts'
import { ticketFlagLetters } from '../../src/core/flags/ticket-flags.ts'
import { resolveKeytab } from '../../src/core/keytab/resolve.ts'
import { parsePrincipal, samePrincipal, unparsePrincipal } from '../../src/core/principal/principal.ts'
import { Secret } from '../../src/core/secret/secret.ts'
import { traceText } from '../../src/core/trace/format.ts'
import type { ClientContext } from '../../src/kdc-client/context.ts'
import { type InitRequest, initialCredentials } from '../../src/kdc-client/initial.ts'
import { givenPassword, keytabKeys } from '../../src/kdc-client/key-source.ts'
import { serviceCredential } from '../../src/kdc-client/service.ts'
import { realmChannel } from '../../src/platform/channel.ts'
import { nodeEnv } from '../../src/platform/node-env.ts'
import { startHeimdalRealm } from '../helpers/heimdal-realm.ts'
import { type PeerRealm, startMitRealm } from '../helpers/mit-realm.ts'
import { describeWith, heimdal, mit } from '../helpers/peers.ts'
import { run } from '../helpers/process.ts'

/** The client exchanges as a library, with clocks and transports that the programs' tests cannot set. */
const KDCS = [
  {
    name: "MIT's krb5kdc",
    peers: [mit()],
    start: () =>
      startMitRealm({
        setup: [
          'addprinc -pw pw +requires_preauth alice',
          'addprinc -pw pw bob',
          'addprinc -randkey host/x',
          'addprinc -randkey +requires_preauth host/y',
        ],
      }),
    extract: (realm: PeerRealm, principal: string) => realm.admin([`ktadd -k ${realm.keytab} -norandkey ${principal}`]),
  },
  {
    name: "Heimdal's kdc",
    peers: [mit(), heimdal()],
    start: () =>
      startHeimdalRealm({
        setup: [
          'add --use-defaults -p pw alice',
          'modify --attributes=requires-pre-auth alice',
          'add --use-defaults -p pw bob',
          'add --use-defaults -r host/x',
          'add --use-defaults -r host/y',
        ],
      }),
    extract: (realm: PeerRealm, principal: string) => realm.admin([`ext_keytab -k ${realm.keytab} ${principal}`]),
  },
]

for (const kdc of KDCS) {
  describeWith(kdc.peers, `kdc-client on ${kdc.name}`, () => {
    let realm: PeerRealm

    beforeAll(async () => {
      realm = await kdc.start()
      kdc.extract(realm, 'host/y')
    })
    afterAll(() => realm?.stop())

    /** `ahead`: how many seconds our clock is before the KDC's. */
    async function contextOf({ ahead = 0, timesync = true, limit = 1465 } = {}) {
      const lines: string[] = []
      const real = nodeEnv({ trace: event => void lines.push(traceText(event)) })
      const clock = { now: () => ({ ...real.clock.now(), seconds: real.clock.now().seconds + ahead }) }
      const env: Env = { ...real, clock, vars: realm.env }
      const config = Object.create(await loadClientConfig(env), {
        kdcTimesync: { value: timesync },
        udpPreferenceLimit: { value: limit },
      })
      const context: ClientContext = { env, config, channel: realmChannel(config, env) }
      return { context, lines }
    }

    const named = (text: string) => parsePrincipal(text, { defaultRealm: realm.realm })
    const password = (text: string) => givenPassword(new Secret(encodeText(text)))

    async function logIn(name: string, context: ClientContext, more: Partial<InitRequest> = {}) {
      return initialCredentials({ client: named(name), keySource: password('pw'), ...more }, context)
    }

    async function serve(service: string, initial: Awaited<ReturnType<typeof logIn>>, context: ClientContext) {
      const cache = memoryCcache('t')
      await cache.replace(initial.client, [initial.credential], initial.config, initial.offset)
      return serviceCredential(named(service), cache, context)
    }

    async function failure(task: Promise<unknown>): Promise<KrbError> {
      const error = await task.catch((e: unknown) => e)
      if (!(error instanceof KrbError)) throw new Error(`no error but ${String(error)}`)
      return error
    }

    it.each(['alice', 'bob'])('logs %s in by password and gets a service ticket', async name => {
      const { context } = await contextOf()
      const initial = await logIn(name, context, { forwardable: true, renewLife: 36000 })
      expect(ticketFlagLetters(initial.credential.flags)).toContain('FRI')
      expect(initial.config.find(c => c.key === 'pa_type')?.value).toEqual(name === 'alice' ? encodeText('2') : undefined)
      const service = await serve('host/x', initial, context)
      expect(service.server).toEqual(named('host/x'))
      expect(service.endtime).toBeLessThanOrEqual(initial.credential.endtime)
    })

    it('logs in by keytab', async () => {
      const { context } = await contextOf()
      const keytab = await resolveKeytab(`FILE:${realm.keytab}`, context.env, context.config, 'client')
      const initial = await logIn('host/y', context, { keySource: keytabKeys(keytab, context.env) })
      expect(samePrincipal(initial.client, named('host/y'))).toBe(true)
    })

    it.each([17, 18, 19, 20])('uses enctype %i alone for everything', async etype => {
      const { context } = await contextOf()
      const initial = await logIn('alice', context, { etypes: [etype] })
      expect([initial.replyEtype, initial.credential.key.etype]).toEqual([etype, etype])
    })

    it('goes by TCP above udp_preference_limit', async () => {
      const { context, lines } = await contextOf({ limit: 1 })
      await serve('host/x', await logIn('alice', context), context)
      expect(lines).toContain(`Sending TCP request to stream 127.0.0.1:${realm.port}`)
      expect(lines.some(line => line.includes('UDP'))).toBe(false)
    })

    it('asks for the addresses of this machine', async () => {
      const { context } = await contextOf()
      const local = await context.channel.localAddresses()
      const initial = await logIn('bob', context, { addresses: 'local' }).catch((error: KrbError) => error)
      // Heimdal compares them with the sender's, which is a loopback address here.
      if (initial instanceof KrbError) expect(initial.code).toBe('KRB5KRB_AP_ERR_BADADDR')
      else expect(initial.credential.addresses).toHaveLength(local.length)
    })

    it.each([3600, -3600])('works with a clock that is %i seconds wrong, by kdc_timesync', async ahead => {
      const { context } = await contextOf({ ahead })
      const initial = await logIn('alice', context, { lifetime: 7200 })
      expect(Math.abs(initial.offset.seconds + ahead)).toBeLessThanOrEqual(2)
      expect(Math.abs(initial.credential.endtime - (context.env.clock.now().seconds - ahead + 7200))).toBeLessThanOrEqual(2)
      expect((await serve('host/x', initial, context)).server).toEqual(named('host/x'))
    })

    it('does not without', async () => {
      const { context } = await contextOf({ ahead: 3600, timesync: false })
      expect((await failure(logIn('alice', context))).message).toBe('Clock skew too great')
      expect((await failure(logIn('bob', context))).message).toBe('Clock skew too great in KDC reply')
    })

    it("tells what went wrong in the words of MIT's kinit and kvno", async () => {
      const { context } = await contextOf()
      const initial = await logIn('bob', context)
      const ours = [
        await failure(logIn('nobody', context)),
        await failure(logIn('alice', context, { keySource: password('wrong') })),
        await failure(logIn('bob', context, { keySource: password('wrong') })),
        await failure(serve('host/nope', initial, context)),
      ].map(error => error.message)
      const said = (program: string, args: readonly string[], input = '') => run(program, args, { env: realm.env, input }).stderr
      const kinit = (name: string) => said('kinit', [name], 'wrong\n')
      const theirs = [kinit('nobody'), kinit('alice'), kinit('bob')]
      run('kinit', ['bob'], { env: realm.env, input: 'pw\n' })
      theirs.push(said('kvno', ['host/nope']))
      expect(ours).toEqual(theirs.map(line => /^k\w+: (.*) while getting (?:initial credentials|credentials for .*)$/m.exec(line)?.[1]))
    })

    it.each(['alice', 'bob'])("notes in the cache of %s what MIT's kinit notes", async name => {
      const { context } = await contextOf()
      const { config } = await logIn(name, context)
      run('kinit', [name], { env: realm.env, input: 'pw\n' })
      const listing = run('klist', ['-C'], { env: realm.env }).stdout
      expect(config.map(c => `config: ${c.key}(${unparsePrincipal(c.server!)}) = ${decodeText(c.value)}`)).toEqual(
        listing.match(/^config: .*$/gm) ?? [],
      )
    })
  })
}
