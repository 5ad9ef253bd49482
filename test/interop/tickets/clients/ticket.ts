import type { Kdc } from '../kdcs/kdc.ts'

/** A ticket in a cache, as MIT's klist, which is nobody's side here, shows it. Times in seconds since 1970. */
export interface Ticket {
  readonly cache: string
  readonly server: string
  readonly flags: string
  readonly start: number
  readonly end: number
  readonly renewTill: number | undefined
  readonly addresses: readonly string[]
}

/** The last ticket in the cache for `server`, a principal without realm. */
export async function ticketFor(server: string, cache: string, kdc: Kdc): Promise<Ticket> {
  const { stdout, stderr } = await kdc.run('klist', ['-f', '-a', '-n', '-c', cache], {})
  const found = parseListing(stdout, cache).findLast(ticket => ticket.server === `${server}@${kdc.realm}`)
  if (found === undefined) throw new Error(`no ticket for ${server} in ${cache}:\n${stdout}${stderr}`)
  return found
}

export function isTgt({ server }: Ticket): boolean {
  return server.startsWith('krbtgt/')
}

function parseListing(text: string, cache: string): readonly Ticket[] {
  return text
    .split(/^(?=\d\d\/\d\d\/\d\d )/m)
    .slice(1)
    .map(block => {
      const [, start, end, server] = /^(\S+ \S+) {2}(\S+ \S+) {2}(\S+)/.exec(block)!
      const renewTill = /renew until (\S+ [\d:]+)/.exec(block)?.[1]
      return {
        cache,
        server: server!,
        flags: /Flags: (\w+)/.exec(block)?.[1] ?? '',
        start: seconds(start!),
        end: seconds(end!),
        renewTill: renewTill === undefined ? undefined : seconds(renewTill),
        addresses: (/Addresses: (.+)/.exec(block)?.[1] ?? '').split(', ').filter(address => address !== '(none)' && address !== ''),
      }
    })
}

/** `11/21/26 20:00:56`, in UTC. */
function seconds(text: string): number {
  const [month, day, year, hour, minute, second] = text.split(/[/ :]/).map(Number)
  return Date.UTC(2000 + year!, month! - 1, day!, hour!, minute!, second!) / 1000
}
