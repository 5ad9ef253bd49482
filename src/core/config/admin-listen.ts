import { type ListenAddress, parseListenList } from './host-port.ts'
import type { KdcConfig } from './kdc-conf.ts'

/** Where a realm's administration listens. */
export interface AdminListen {
  /** TCP. */
  readonly kadmind: readonly ListenAddress[]
  /** UDP and TCP. */
  readonly kpasswd: readonly ListenAddress[]
}

/**
 * kadmind_listen and kpasswd_listen, or all addresses. The port that addresses without one get: `port` (kadmind's -port), else the one in
 * admin_server, which clients have to know anyway, else kadmind_port. Throws `EINVAL` for what is no address.
 */
export function adminListen(config: KdcConfig, port?: number): AdminListen {
  const kadmindPort = port ?? adminServerPort(config) ?? config.kadmindPort ?? KADMIND_PORT
  return { kadmind: listen(config.kadmindListen, kadmindPort), kpasswd: listen(config.kpasswdListen, config.kpasswdPort) }
}

function listen(text: string | undefined, port: number): readonly ListenAddress[] {
  return text === undefined ? [{ address: undefined, port }] : parseListenList(text, port)
}

function adminServerPort({ profile, realm }: KdcConfig): number | undefined {
  const digits = /:(\d+)\s*$/.exec(profile.value('realms', realm, 'admin_server') ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

const KADMIND_PORT = 749
