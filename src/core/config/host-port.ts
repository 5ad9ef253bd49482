import { KrbError } from '../errors/krb-error.ts'

/** An address and a port to listen on; no address is all of them. */
export interface ListenAddress {
  readonly address: string | undefined
  readonly port: number
}

/**
 * A list as `kdc_listen` has it: ports and addresses with or without a port (`88`, `127.0.0.1`, `[::1]:750`, `host:88`), separated by blanks, commas
 * or semicolons. Names of sockets (`/path`) are passed over. An empty list listens nowhere. Throws `EINVAL` for anything else.
 */
export function parseListenList(text: string, defaultPort: number): readonly ListenAddress[] {
  const words = text.split(/[,; ]+/).filter(word => word !== '' && !word.startsWith('/'))
  return words.map(word => parseHostPort(word, defaultPort))
}

function parseHostPort(word: string, defaultPort: number): ListenAddress {
  if (/^\d+$/.test(word)) return { address: undefined, port: parsePort(word, word) }
  const match = /^\[([^\]]*)\](?::(.*))?/s.exec(word) ?? /^([^:\t]+)(?::(.*))?/s.exec(word)
  if (match === null) throw unreadable(word)
  return { address: match[1]!, port: match[2] === undefined ? defaultPort : parsePort(match[2], word) }
}

function parsePort(digits: string, word: string): number {
  if (!/^\d+$/.test(digits) || Number(digits) > 65535) throw unreadable(word)
  return Number(digits)
}

function unreadable(word: string): KrbError {
  return new KrbError('EINVAL', { value: word }, { hints: [`${word} is no port and no address with a port; IPv6 addresses need brackets`] })
}
