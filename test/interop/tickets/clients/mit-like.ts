import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finished } from '../../../helpers/process.ts'
import { PASSWORD } from '../entries.ts'
import type { Kdc } from '../kdcs/kdc.ts'
import type { Programs, Wish } from './client.ts'
import { errorsInTrace, refusal } from './refusal.ts'
import { isTgt, type Ticket, ticketFor } from './ticket.ts'

/** What MIT's programs and ours spell alike, and how each of them does the rest. */
export interface Spelling {
  readonly kinit: string
  readonly kvno: string
  derived(parts: DerivedParts): { readonly program: string; readonly args: readonly string[] }
}

/** What to get with the ticket in `cache` and to put into `out`. */
interface DerivedParts {
  readonly how: 'forwarded' | 'proxy' | 'postdated'
  readonly cache: string
  readonly out: string
  readonly service: string
  readonly address?: string | undefined
  /** For `postdated`, seconds from now. */
  readonly startIn?: number
}

export function mitLike(spelling: Spelling, kdc: Kdc, folder: string): Programs {
  let count = 0
  const file = (name: string) => join(folder, `${++count}-${name}`)
  const copyOf = (cache: string) => {
    const copy = file('cc')
    copyFileSync(cache, copy)
    return copy
  }
  const call = async (exchange: 'AS' | 'TGS', program: string, args: readonly string[], more: { input?: string; config?: string } = {}) => {
    const trace = file('trace')
    const env = { KRB5_TRACE: trace, ...(more.config !== undefined && { KRB5_CONFIG: more.config }) }
    const done: Finished = await kdc.run(program, args, { env, input: more.input ?? '' })
    if (done.code === 0) return
    const events = existsSync(trace) ? readFileSync(trace, 'utf8') : ''
    throw refusal(exchange, errorsInTrace(events), events.includes('Received answer'), done.stderr)
  }
  const again = async (option: '-R' | '-v', ticket: Ticket) => {
    const cache = copyOf(ticket.cache)
    const service = nameOf(ticket)
    await call('TGS', spelling.kinit, ['-c', cache, option, ...(isTgt(ticket) ? [] : ['-S', service])])
    return ticketFor(service, cache, kdc)
  }
  const derived = async (how: DerivedParts['how'], tgt: Ticket, service: string, more: Pick<DerivedParts, 'address' | 'startIn'>) => {
    const out = file('cc')
    const { program, args } = spelling.derived({ how, cache: copyOf(tgt.cache), out, service, ...more })
    await call('TGS', program, args)
    return ticketFor(service, out, kdc)
  }
  const use = async (tgt: Ticket, service: string, more: readonly string[] = []) => {
    const cache = copyOf(tgt.cache)
    await call('TGS', spelling.kvno, ['-c', cache, ...more, service])
    return ticketFor(service, cache, kdc)
  }
  return {
    async logIn(name, wish) {
      const cache = file('cc')
      const config = wish.addressed && isLoopback(kdc.clientAddress) ? file('krb5.conf') : undefined
      if (config !== undefined) writeFileSync(config, withExtraAddress(kdc))
      const input = `${wish.password ?? PASSWORD}\n`
      await call('AS', spelling.kinit, [...wordsOf(wish), '-c', cache, ...(wish.anonymous ? ['-n'] : [name])], {
        input,
        ...(config !== undefined && { config }),
      })
      return ticketFor(wish.service ?? `krbtgt/${kdc.realm}`, cache, kdc)
    },
    use: (tgt, service) => use(tgt, service),
    forward: (tgt, address) => derived('forwarded', tgt, `krbtgt/${kdc.realm}`, { address }),
    proxy: (tgt, service, address) => derived('proxy', tgt, service, { address }),
    postdate: (tgt, service, startIn) => derived('postdated', tgt, service, { startIn }),
    renew: ticket => again('-R', ticket),
    validate: ticket => again('-v', ticket),
    userToUser: (tgt, other, name) => use(tgt, name, ['--u2u', other.cache]),
  }
}

function wordsOf(wish: Wish): readonly string[] {
  return [
    ...(wish.forwardable ? ['-f'] : []),
    ...(wish.proxiable ? ['-p'] : []),
    ...(wish.life === undefined ? [] : ['-l', `${wish.life}s`]),
    ...(wish.renewableLife === undefined ? [] : ['-r', `${wish.renewableLife}s`]),
    ...(wish.startIn === undefined ? [] : ['-s', `${wish.startIn}s`]),
    ...(wish.addressed ? ['-a'] : []),
    ...(wish.service === undefined ? [] : ['-S', wish.service]),
  ]
}

/** Clients do not count loopback among the addresses of a machine. */
function withExtraAddress({ env, clientAddress }: Kdc): string {
  return readFileSync(env.KRB5_CONFIG!, 'utf8').replace('[libdefaults]\n', `[libdefaults]\n extra_addresses = ${clientAddress}\n`)
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.')
}

function nameOf({ server }: Ticket): string {
  return server.slice(0, server.lastIndexOf('@'))
}
