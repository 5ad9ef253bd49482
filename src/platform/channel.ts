import type { Bytes } from '../core/bytes/bytes.ts'
import type { Channel, ExchangeOptions } from '../core/channel.ts'
import type { ClientConfig } from '../core/config/krb5-conf.ts'
import type { Env } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { displayText } from '../core/principal/display.ts'
import type { TracedAddress } from '../core/trace/events.ts'
import { type HostAddress, type Names, systemNames } from './dns.ts'
import type { Line, LineEvents, Request } from './line.ts'
import { type KdcServer, locateKdcs } from './locate.ts'

/** What of the configuration finds and reaches KDCs. */
export type ChannelConfig = Pick<ClientConfig, 'udpPreferenceLimit' | 'dnsLookupKdc'> & {
  realm(name: string): { readonly kdcs: readonly string[] }
}

export interface ChannelOptions {
  readonly names?: Names
  /** The beat of the retries: how long each address is given in a pass. */
  readonly paceMs?: number
  /** How long a stream that is up may take for its whole answer; other KDCs wait meanwhile. */
  readonly holdMs?: number
}

/**
 * The channel to the KDCs over UDP and TCP, with MIT's order and delays: each address in turn by the preferred transport (UDP, or
 * TCP for requests above udp_preference_limit), then by the other, one beat each; two beats more; then two passes in which
 * datagrams are repeated, followed by four and eight beats. The first answer on any line wins; a refused line is left at once.
 */
export function realmChannel(config: ChannelConfig, env: Pick<Env, 'trace'>, options: ChannelOptions = {}): Channel {
  const names = options.names ?? systemNames()
  return {
    async exchange(realm, message, exchange = {}) {
      const tcpOnly = exchange.tcpOnly ?? false
      env.trace({ event: 'sending-request', bytes: message.length, realm, tcpOnly })
      const servers = await locateKdcs(realm, { configured: config.realm(realm).kdcs, useDns: config.dnsLookupKdc, names }, env)
      const first = tcpOnly || message.length > config.udpPreferenceLimit ? 'tcp' : 'udp'
      const plan = { realm, servers, message, order: tcpOnly ? (['tcp'] as const) : first === 'tcp' ? TCP_FIRST : UDP_FIRST }
      return exchangeWith(plan, { ...options, names }, env, exchange)
    },
    localAddresses: () => names.local(),
  }
}

/** Sends to the plan's servers until one answers. Throws `KRB5_KDC_UNREACH` with what became of each as hints. */
export function exchangeWith(
  plan: Plan,
  options: ChannelOptions & { readonly names: Names },
  env: Pick<Env, 'trace'>,
  exchange: ExchangeOptions = {},
): Promise<Bytes> {
  const { names, paceMs = 1000, holdMs = 30_000 } = options
  return new Attempt(plan, exchange, { names, paceMs, holdMs }, env).run()
}

type Transport = TracedAddress['transport']

export interface Plan {
  readonly realm: string
  readonly servers: readonly KdcServer[]
  readonly message: Request
  /** Preferred transport first; transports not named are not used. */
  readonly order: readonly Transport[]
}

/** One exchange: its lines, and the answer once there is one. */
class Attempt implements LineEvents {
  readonly #plan: Plan
  readonly #exchange: ExchangeOptions
  readonly #means: Required<ChannelOptions>
  readonly #env: Pick<Env, 'trace'>
  readonly #lines: Line[] = []
  readonly #unresolved: string[] = []
  #answer: Bytes | undefined
  #refusal: KrbError | undefined
  #wake: () => void = () => {}

  constructor(plan: Plan, exchange: ExchangeOptions, means: Required<ChannelOptions>, env: Pick<Env, 'trace'>) {
    this.#plan = plan
    this.#exchange = exchange
    this.#means = means
    this.#env = env
  }

  async run(): Promise<Bytes> {
    try {
      await this.#firstPass()
      await this.#furtherPasses()
      if (this.#answer !== undefined) return this.#answer
    } finally {
      for (const line of this.#lines) if (line.state !== 'dead') line.close()
    }
    throw this.#refusal ?? this.#unreachable()
  }

  answer(line: Line, message: Bytes): void {
    if (this.#answer !== undefined) return
    const refusal = this.#exchange.judge?.(message)
    if (refusal === undefined) {
      this.#answer = message
      this.#env.trace({ event: 'answer-received', bytes: message.length, from: line.to })
    } else {
      this.#refusal = refusal
      line.close(refusal.message.toLowerCase())
    }
    this.#wake()
  }

  changed(): void {
    this.#wake()
  }

  async #firstPass(): Promise<void> {
    const later: Line[] = []
    for (const server of this.#plan.servers) {
      const lines = await this.#open(server)
      later.push(...lines.later)
      for (const line of lines.now) if (await this.#try(line)) return
    }
    for (const line of later) if (await this.#try(line)) return
    await this.#wait(2)
  }

  async #furtherPasses(): Promise<void> {
    for (let pass = 1; pass < PASSES; pass++) {
      for (const line of this.#lines) {
        if (this.#over()) return
        await this.#try(line)
      }
      if (this.#over()) return
      await this.#wait(2 ** (pass + 1))
    }
  }

  /** Sends on one line and gives it a beat. True when there is an answer. */
  async #try(line: Line): Promise<boolean> {
    if (line.send(this.#plan.message)) await this.#wait(1, line)
    return this.#answer !== undefined
  }

  /** Until an answer, the end of `beats` (but a stream that is up is waited for), or the end of `line` or of all lines. */
  async #wait(beats: number, line?: Line): Promise<void> {
    if (this.#over()) return
    let late = false
    await new Promise<void>(resolve => {
      const check = () => {
        const ended = late && !this.#lines.some(l => l.state === 'held')
        if (!(ended || this.#over() || line?.state === 'dead')) return
        clearTimeout(timer)
        this.#wake = () => {}
        resolve()
      }
      const timer = setTimeout(() => {
        late = true
        check()
      }, beats * this.#means.paceMs)
      this.#wake = check
      check()
    })
  }

  #over(): boolean {
    return this.#answer !== undefined || !this.#lines.some(line => line.state === 'open' || line.state === 'held' || line.state === 'fresh')
  }

  /** A server's lines: those of its preferred transport, and those to try when all servers were tried by that. */
  async #open(server: KdcServer): Promise<{ readonly now: readonly Line[]; readonly later: readonly Line[] }> {
    const transports = this.#plan.order.filter(t => server.transport === undefined || server.transport === t)
    if (transports.length === 0) return { now: [], later: [] }
    this.#env.trace({ event: 'resolving-host', host: server.host })
    const addresses = await this.#means.names.addresses(server.host)
    if (addresses.length === 0) this.#unresolved.push(server.host)
    const now: Line[] = []
    const later: Line[] = []
    for (const transport of transports) {
      const group = transport === this.#plan.order[0] ? now : later
      for (const address of addresses) group.push(await this.#line(transport, address, server.port))
    }
    this.#lines.push(...now, ...later)
    return { now, later }
  }

  async #line(transport: Transport, { address, family }: HostAddress, port: number): Promise<Line> {
    const to = { transport, address, port }
    if (transport === 'udp') {
      const { UdpLine } = await import('./udp.ts')
      return new UdpLine(to, family, this, this.#env)
    }
    const { TcpLine } = await import('./tcp.ts')
    return new TcpLine(to, this.#means.holdMs, this, this.#env)
  }

  #unreachable(): KrbError {
    const { realm } = this.#plan
    const hints = [
      ...this.#lines.map(
        ({ to, outcome }) => `${to.address.includes(':') ? `[${to.address}]` : to.address}:${to.port}/${to.transport}: ${outcome}`,
      ),
      ...this.#unresolved.map(host => `${host}: no address found`),
    ]
    return new KrbError('KRB5_KDC_UNREACH', { realm }, { text: `Cannot contact any KDC for realm '${displayText(realm)}'`, hints })
  }
}

const UDP_FIRST = ['udp', 'tcp'] as const
const TCP_FIRST = ['tcp', 'udp'] as const
const PASSES = 3
