import type { Credential } from '../../core/ccache/credential.ts'
import type { AdminChannel } from '../../core/channel.ts'
import { pooledRandom } from '../../core/crypto/random-pool.ts'
import type { Instant } from '../../core/env.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { displayText } from '../../core/principal/display.ts'
import { type HostResolver, type HostRules, hostServicePrincipals } from '../../core/principal/host.ts'
import { type Principal, unparsePrincipal } from '../../core/principal/principal.ts'
import { isoTime } from '../../core/time/format.ts'
import { sealText } from '../../kdc-client/tgs/explain-refusal.ts'
import type { AdminApi } from '../api.ts'
import { VERBS } from '../language/index.ts'
import type { AnyVerb, Verb } from '../language/verb.ts'
import { KADM_PROGRAM, KADM_VERSION } from '../wire/kadm5/masks.ts'
import { RpcsecClient } from '../wire/rpcsec-gss/client.ts'
import { RecordConnection } from './connection.ts'
import { openKadm5, type Transact } from './kadm5.ts'
import { type AdminLogIn, type AdminTicket, adminTicket, type LogInContext } from './log-in.ts'
import { REMOTE, type RemoteVerb } from './verbs/index.ts'

export interface RemoteAdminOptions {
  readonly realm: string
  readonly client: Principal
  readonly logIn: AdminLogIn
}

export interface RemoteAdminContext extends LogInContext {
  readonly servers: AdminChannel
  readonly hosts: HostResolver
}

/**
 * A realm's database by way of its kadmind (MIT's kadm5 protocol). Throws, in this order: `KADM5_MISSING_KRB5_CONF_PARAMS` when no server
 * is known, what `adminTicket` throws, what connecting throws, `KADM5_GSS_ERROR` when the server does not let us in or does not
 * prove who it is, `KADM5_RPC_ERROR` when it does not go on talking.
 */
export async function openRemoteAdmin(options: RemoteAdminOptions, context: RemoteAdminContext): Promise<AdminApi> {
  const { realm, client, logIn } = options
  const { servers, env } = context
  await servers.hosts(realm)
  const hosts = () => canonicalHosts(realm, context)
  const ticket = await adminTicket({ client, logIn, realm, hosts }, context)
  const hints = [
    `service principal: ${displayText(unparsePrincipal(ticket.credential.server))}`,
    `own principal: ${displayText(unparsePrincipal(ticket.credential.client))}`,
  ]
  try {
    const connection = new RecordConnection(await servers.connect(realm))
    try {
      const transact = await logOn(connection, ticket, context)
      const kadm5 = await openKadm5(realm, transact.call)
      return {
        realm,
        remote: true,
        call: (verb, input) => toldWho(hints, remoteVerb(verb)(input, kadm5, env.clock.now().seconds)),
        close: async () => {
          await transact.end()
          connection.close()
        },
      }
    } catch (error) {
      connection.close()
      throw error
    }
  } catch (error) {
    throw error instanceof KrbError ? error.withHints(...hints) : error
  } finally {
    ticket.wipe()
  }
}

/** Sets the context up: then every call is sealed, and so is its answer. */
async function logOn(
  connection: RecordConnection,
  { credential, offset }: AdminTicket,
  { env }: RemoteAdminContext,
): Promise<{ readonly call: Transact; end(): Promise<void> }> {
  const now = later(env.clock.now(), offset)
  const session = new RpcsecClient(
    { program: KADM_PROGRAM, version: KADM_VERSION, credential, now },
    { clock: env.clock, random: pooledRandom(env.random) },
  )
  const reply = await beforeLogOn(connection.exchange(session.init()))
  try {
    session.established(reply)
  } catch (error) {
    throw error instanceof KrbError ? error.withHints(notLetIn(credential)) : error
  }
  return {
    async call(procedure, args) {
      const { record, results } = session.call(procedure, args)
      return results(await connection.exchange(record))
    },
    async end() {
      const { record, results } = session.destroy()
      try {
        results(await connection.exchange(record))
      } catch (error) {
        // A server that is gone has forgotten us as well.
        if (!(error instanceof KrbError)) throw error
      }
    },
  }
}

/** A server that does not answer the first token has not let us in, whatever else it has. */
async function beforeLogOn<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    throw new KrbError('KADM5_GSS_ERROR', error.params, { hints: error.hints, cause: error })
  }
}

function notLetIn(credential: Credential): string {
  const seal = sealText(credential) ?? 'unreadable'
  return `the server does not take the ticket (${seal}, of ${isoTime(credential.starttime)}): its key was changed since, or the clocks differ; its log says more`
}

/** One who lacks a right wants to know as whom he was seen. */
async function toldWho<T>(hints: readonly string[], answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw error instanceof KrbError && error.code.startsWith('KADM5_AUTH_') ? error.withHints(...hints, ACL_HINT) : error
  }
}

/** Both tables have the same keys, which is what ties a verb's types to its calls. */
function remoteVerb<In, Out, Draft>(verb: Verb<In, Out, Draft>): RemoteVerb<In, Out> {
  const found = (Object.keys(VERBS) as (keyof typeof VERBS)[]).find(name => (VERBS[name] as AnyVerb) === verb)
  if (found === undefined) throw new Error(`no calls for ${verb.names[0]}`)
  return REMOTE[found] as unknown as RemoteVerb<In, Out>
}

async function canonicalHosts(realm: string, { servers, hosts, config }: RemoteAdminContext): Promise<readonly string[]> {
  const { dnsCanonicalizeHostname, rdns, qualifyShortname } = config
  const rules: HostRules = { dnsCanonicalizeHostname, rdns, qualifyShortname, realmOfHost: () => realm }
  const names: string[] = []
  for (const host of await servers.hosts(realm)) {
    for await (const { components } of hostServicePrincipals('kadmin', host, rules, hosts)) names.push(components[1]!)
  }
  return names
}

function later(now: Instant, { seconds, micros }: Instant): Instant {
  const sum = now.micros + micros
  return { seconds: now.seconds + seconds + Math.floor(sum / MILLION), micros: ((sum % MILLION) + MILLION) % MILLION }
}

const ACL_HINT = "the server's log has the refusal; tkadmind tells there which line of kadm5.acl decided"
const MILLION = 1_000_000
