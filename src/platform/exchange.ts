import type { Bytes } from '../core/bytes/bytes.ts'
import type { ExchangeOptions } from '../core/channel.ts'
import type { Env } from '../core/env.ts'
import { KrbError } from '../core/errors/krb-error.ts'
import { displayText } from '../core/principal/display.ts'
import type { TracedAddress } from '../core/trace/events.ts'
import type { HostAddress, Names } from './dns.ts'
import type { Line, LineEvents, Request } from './line.ts'
import type { KdcServer } from './locate.ts'

/*
 * How long and in which order the addresses of servers are tried, as MIT's library does: each address in turn by the preferred transport,
 * then by the other, one beat each; two beats more; then two passes in which datagrams are repeated, followed by four and eight beats.
 */

export type ChannelEnv = Pick<Env, 'trace' | 'vars'>

export interface Means {
  readonly names: Names
  /** The beat of the retries: how long each address is given in a pass. */
  readonly paceMs?: number
  /** How long a stream that is up may take for its whole answer; other KDCs wait meanwhile. */
  readonly holdMs?: number
}

/** Sends to the plan's servers until one answers. Throws `KRB5_KDC_UNREACH` with what became of each as hints. */
export function exchangeWith(plan: Plan, means: Means, env: ChannelEnv, exchange: ExchangeOptions = {}): Promise<Answered> {
  const { names, paceMs = 1000, holdMs = 30_000 } = means
  return new Attempt(plan, exchange, { names, paceMs, holdMs }, env).run()
}

type Transport = Exclude<TracedAddress['transport'], 'https'>

export interface Plan {
  readonly realm: string
  readonly servers: readonly KdcServer[]
  readonly message: Request
  /** Preferred transport first; transports not named are not used. HTTPS counts as TCP. */
  readonly order: readonly Transport[]
  /** `http_anchors` of the realm. */
  readonly anchors: readonly string[]
  /** The end of it all; 0 for none. */
  readonly timeoutMs: number
}

export interface Answered {
  readonly answer: Bytes
  readonly line: Line
  readonly server: KdcServer
}

/** One exchange: its lines, and the answer once there is one. */
class Attempt implements LineEvents {
  readonly #plan: Plan
  readonly #exchange: ExchangeOptions
  readonly #means: Required<Means>
  readonly #env: ChannelEnv
  readonly #lines: Line[] = []
  readonly #servers = new Map<Line, KdcServer>()
  readonly #unresolved: string[] = []
  readonly #clocks = new Map<Line, { readonly start: number; end?: number }>()
  readonly #deadline: number
  #answered: Answered | undefined
  #refusal: KrbError | undefined
  #wake: () => void = () => {}

  constructor(plan: Plan, exchange: ExchangeOptions, means: Required<Means>, env: ChannelEnv) {
    this.#plan = plan
    this.#exchange = exchange
    this.#means = means
    this.#env = env
    this.#deadline = plan.timeoutMs === 0 ? Number.POSITIVE_INFINITY : performance.now() + plan.timeoutMs
  }

  async run(): Promise<Answered> {
    try {
      await this.#firstPass()
      await this.#furtherPasses()
      if (this.#answered !== undefined) return this.#answered
    } finally {
      for (const line of this.#lines) if (line.state !== 'dead') line.close()
    }
    throw this.#refusal ?? this.#unreachable()
  }

  answer(line: Line, message: Bytes): void {
    if (this.#answered !== undefined) return
    const refusal = this.#exchange.judge?.(message)
    if (refusal === undefined) {
      this.#answered = { answer: message, line, server: this.#servers.get(line)! }
      this.#env.trace({ event: 'answer-received', bytes: message.length, from: line.to })
    } else {
      this.#refusal = refusal
      line.close(refusal.message.toLowerCase())
      this.#stop(line)
    }
    this.#wake()
  }

  changed(line: Line): void {
    if (line.state === 'dead') this.#stop(line)
    this.#wake()
  }

  #stop(line: Line): void {
    const clock = this.#clocks.get(line)
    if (clock !== undefined) clock.end ??= performance.now()
  }

  async #firstPass(): Promise<void> {
    const later: Line[] = []
    for (const server of this.#plan.servers) {
      if (this.#late()) return
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

  /** Sends on one line and gives it a beat. True when there is an answer, or no more time for one. */
  async #try(line: Line): Promise<boolean> {
    if (this.#late()) return true
    if (!this.#clocks.has(line)) this.#clocks.set(line, { start: performance.now() })
    if (line.send(this.#plan.message)) await this.#wait(1, line)
    return this.#answered !== undefined
  }

  /** Until an answer, the end of `beats` (but a stream that is up is waited for), or the end of `line` or of all lines. */
  async #wait(beats: number, line?: Line): Promise<void> {
    if (this.#over()) return
    let late = false
    await new Promise<void>(resolve => {
      const check = () => {
        const ended = late && (this.#late() || !this.#lines.some(l => l.state === 'held'))
        if (!(ended || this.#over() || line?.state === 'dead')) return
        clearTimeout(timer)
        this.#wake = () => {}
        resolve()
      }
      const expire = () => {
        late = true
        // A stream that is up is waited for, but not beyond the end of it all.
        if (this.#deadline !== Number.POSITIVE_INFINITY && !this.#late()) timer = setTimeout(expire, this.#deadline - performance.now())
        check()
      }
      let timer = setTimeout(expire, Math.min(beats * this.#means.paceMs, this.#deadline - performance.now()))
      this.#wake = check
      check()
    })
  }

  #late(): boolean {
    return performance.now() >= this.#deadline
  }

  #over(): boolean {
    if (this.#answered !== undefined || this.#late()) return true
    return !this.#lines.some(line => line.state !== 'dead')
  }

  /** A server's lines: those of its preferred transport, and those to try when all servers were tried by that. */
  async #open(server: KdcServer): Promise<{ readonly now: readonly Line[]; readonly later: readonly Line[] }> {
    const transports = this.#transportsOf(server)
    if (transports.length === 0) return { now: [], later: [] }
    this.#env.trace({ event: 'resolving-host', host: server.host })
    const addresses = await this.#means.names.addresses(server.host)
    if (addresses.length === 0) this.#unresolved.push(server.host)
    const now: Line[] = []
    const later: Line[] = []
    for (const transport of transports) {
      const group = transport === 'https' || transport === this.#plan.order[0] ? now : later
      for (const address of addresses) group.push(await this.#line(transport, address, server))
    }
    this.#lines.push(...now, ...later)
    return { now, later }
  }

  /** A server that takes HTTPS takes nothing else, and nothing else is tried at it. */
  #transportsOf({ transport }: KdcServer): readonly TracedAddress['transport'][] {
    const { order } = this.#plan
    if (transport === 'https') return order.includes('tcp') ? [transport] : []
    return order.filter(t => transport === undefined || transport === t)
  }

  async #line(transport: TracedAddress['transport'], { address, family }: HostAddress, server: KdcServer): Promise<Line> {
    const to = { transport, address, port: server.port }
    const line = await this.#newLine(to, family, server)
    this.#servers.set(line, server)
    return line
  }

  async #newLine(to: TracedAddress, family: 4 | 6, { host, path = '' }: KdcServer): Promise<Line> {
    const { realm, anchors } = this.#plan
    switch (to.transport) {
      case 'udp': {
        const { UdpLine } = await import('./udp.ts')
        return new UdpLine(to, family, this, this.#env)
      }
      case 'tcp': {
        const { TcpLine } = await import('./tcp.ts')
        return new TcpLine(to, this.#means.holdMs, this, this.#env)
      }
      case 'https': {
        const { HttpsLine } = await import('./kkdcp.ts')
        return new HttpsLine(to, { host, path, realm, anchors }, this.#means.holdMs, this, this.#env)
      }
    }
  }

  #unreachable(): KrbError {
    const { realm, timeoutMs } = this.#plan
    const hints = [
      ...this.#lines.map(line => `${lineName(line)}: ${line.outcome}${this.#time(line)}`),
      ...this.#unresolved.map(host => `${host}: no address found`),
      ...(this.#late() ? [`request_timeout = ${timeoutMs / 1000} s is over`] : []),
    ]
    return new KrbError('KRB5_KDC_UNREACH', { realm }, { text: `Cannot contact any KDC for realm '${displayText(realm)}'`, hints })
  }

  /** How long a line was tried, in milliseconds. */
  #time(line: Line): string {
    const clock = this.#clocks.get(line)
    return clock === undefined ? '' : ` (${Math.round((clock.end ?? performance.now()) - clock.start)} ms)`
  }
}

/** `127.0.0.1:88/udp` */
export function lineName({ to }: Line): string {
  return `${to.address.includes(':') ? `[${to.address}]` : to.address}:${to.port}/${to.transport}`
}

const PASSES = 3
