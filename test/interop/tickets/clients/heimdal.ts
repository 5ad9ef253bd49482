import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { heimdalEnv, heimdalProgram, PYTHON } from '../../../helpers/peers.ts'
import { PASSWORD, SKEW } from '../entries.ts'
import type { Kdc } from '../kdcs/kdc.ts'
import type { Client, Programs, Wish } from './client.ts'
import { refusal } from './refusal.ts'
import { isTgt, type Ticket, ticketFor } from './ticket.ts'
import { tapWire } from './wire-tap.ts'

/** kinit and kgetcred; for what they cannot ask, their library. */
export const HEIMDAL: Client = { id: 'heimdal', on }

async function on(kdc: Kdc, folder: string): Promise<Programs> {
  const [host, port] = kdc.address.split(':')
  const tap = await tapWire(host!, Number(port))
  let count = 0
  const file = (name: string) => join(folder, `${++count}-${name}`)
  const config = file('krb5.conf')
  writeFileSync(
    config,
    `[libdefaults]\n default_realm = ${kdc.realm}\n clockskew = ${SKEW}\n[realms]\n ${kdc.realm} = {\n  kdc = tcp/127.0.0.1:${tap.port}\n }\n`,
  )
  const copyOf = (cache: string) => {
    const copy = file('cc')
    copyFileSync(cache, copy)
    return copy
  }
  const call = async (exchange: 'AS' | 'TGS', program: string, args: readonly string[]) => {
    tap.take()
    const done = await kdc.run(program, args, { env: { ...heimdalEnv(), KRB5_CONFIG: config } })
    const { errors, requests } = tap.take()
    if (done.code !== 0) throw refusal(exchange, errors, requests > 0, done.stderr)
  }
  const again = async (option: '--renew' | '--validate', ticket: Ticket) => {
    const cache = copyOf(ticket.cache)
    const service = nameOf(ticket)
    await call('TGS', heimdalProgram('kinit'), ['-c', cache, option, ...(isTgt(ticket) ? [] : ['-S', service])])
    return ticketFor(service, cache, kdc)
  }
  const library = async (how: string, tgt: Ticket, service: string, more: readonly string[]) => {
    const out = file('cc')
    const script = join(import.meta.dirname, 'heimdal-library.py')
    await call('TGS', PYTHON, [script, how, copyOf(tgt.cache), out, service, ...more])
    return ticketFor(service, out, kdc)
  }
  return {
    async logIn(name, wish) {
      const cache = file('cc')
      const password = file('password')
      writeFileSync(password, `${wish.password ?? PASSWORD}\n`)
      await call('AS', heimdalProgram('kinit'), [
        ...wordsOf(wish, kdc),
        `--password-file=${password}`,
        '-c',
        cache,
        ...(wish.anonymous ? ['--anonymous'] : [name]),
      ])
      return ticketFor(wish.service ?? `krbtgt/${kdc.realm}`, cache, kdc)
    },
    async use(tgt, service) {
      const cache = copyOf(tgt.cache)
      await call('TGS', heimdalProgram('kgetcred'), ['-c', cache, `${service}@${kdc.realm}`])
      return ticketFor(service, cache, kdc)
    },
    forward: (tgt, address) => library('forwarded', tgt, `krbtgt/${kdc.realm}`, address === undefined ? [] : [address]),
    proxy: (tgt, service, address) => library('proxy', tgt, service, address === undefined ? [] : [address]),
    renew: ticket => again('--renew', ticket),
    validate: ticket => again('--validate', ticket),
    postdate: (tgt, service, startIn) => library('postdated', tgt, service, [`${startIn}`]),
    userToUser: (tgt, other, name) => library('user-to-user', tgt, name, [other.cache]),
    close: tap.close,
  }
}

function wordsOf(wish: Wish, kdc: Kdc): readonly string[] {
  return [
    wish.forwardable ? '--forwardable' : '--no-forwardable',
    ...(wish.proxiable ? ['--proxiable'] : []),
    ...(wish.life === undefined ? [] : ['-l', `${wish.life}s`]),
    ...(wish.renewableLife === undefined ? [] : ['-r', `${wish.renewableLife}s`]),
    ...(wish.startIn === undefined ? [] : ['-s', `${wish.startIn}s`]),
    ...(wish.addressed ? ['--addresses', `--extra-addresses=${kdc.clientAddress}`] : []),
    ...(wish.service === undefined ? [] : ['-S', wish.service]),
  ]
}

function nameOf({ server }: Ticket): string {
  return server.slice(0, server.lastIndexOf('@'))
}
