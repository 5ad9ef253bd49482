import { lookup } from 'node:dns/promises'
import type { ListenAddress } from '../../core/config/host-port.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { ERRORS, type ErrorCode } from '../../core/errors/tables/index.ts'

/** No address is all addresses of both families; a name is all its addresses. */
export async function resolved(list: readonly ListenAddress[]): Promise<readonly { readonly address: string; readonly port: number }[]> {
  const all: { address: string; port: number }[] = []
  for (const { address, port } of list) {
    const addresses = address === undefined ? WILDCARDS : await addressesOf(address)
    for (const one of addresses) if (!all.some(known => known.address === one && known.port === port)) all.push({ address: one, port })
  }
  return all
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch (error) {
    throw new KrbError('KRB5_EAI_NONAME', { host }, { cause: error })
  }
}

/** All addresses of a family. */
export function isWildcard(address: string): boolean {
  return WILDCARDS.includes(address)
}

/** Opens a socket; undefined for the wildcard of a family that this machine does not have. Throws `KrbError` with the errno's name and the address. */
export async function named<T>(address: string, port: number, open: () => Promise<T>): Promise<T | undefined> {
  try {
    return await open()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (isWildcard(address) && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) return undefined
    if (!(code in ERRORS)) throw error
    throw new KrbError(
      code as ErrorCode,
      { address, port },
      { doing: 'initializing network', hints: [`${address} port ${port}`], cause: error },
    )
  }
}

const WILDCARDS: readonly string[] = ['0.0.0.0', '::']
