import { describe, expect, it } from 'vitest'
import { adminListen } from '../../../../src/core/config/admin-listen.ts'
import { loadKdcConfig } from '../../../../src/core/config/kdc-conf.ts'
import type { Env, Files } from '../../../../src/core/env.ts'
import { memoryFiles } from '../../../helpers/memory-files.ts'

const at = (port: number, address?: string) => ({ address, port })

async function listen(lines: readonly string[], port?: number) {
  const files = memoryFiles({
    '/etc/krb5.conf': '[libdefaults]\n default_realm = R\n',
    '/etc/krb5kdc/kdc.conf': `[realms]\n R = {\n${lines.join('\n')}\n }\n`,
  }) as Files
  const env = { vars: { TZ: 'UTC0' }, files, clock: { now: () => ({ seconds: 0, micros: 0 }) } } as unknown as Env
  return adminListen(await loadKdcConfig(env), port)
}

describe('where administration listens', () => {
  it('is everywhere, on the ports that were assigned, when nothing is said', async () => {
    expect(await listen([])).toEqual({ kadmind: [at(749)], kpasswd: [at(464)] })
  })
  it.each([
    ['-port', ['admin_server = a:1001', 'kadmind_port = 1002'], 1000, 1000],
    ['the port that clients know', ['admin_server = a:1001', 'kadmind_port = 1002'], undefined, 1001],
    ['kadmind_port', ['admin_server = a', 'kadmind_port = 1002'], undefined, 1002],
  ])('takes %s', async (_, lines, port, expected) => {
    expect((await listen(lines, port)).kadmind).toEqual([at(expected)])
    expect((await listen([...lines, 'kadmind_listen = 127.0.0.1, [::1]:9'], port)).kadmind).toEqual([
      at(expected, '127.0.0.1'),
      at(9, '::1'),
    ])
  })
  it('goes by its own relations for passwords', async () => {
    expect((await listen(['kpasswd_port = 1464', 'kadmind_port = 1002'])).kpasswd).toEqual([at(1464)])
    expect((await listen(['kpasswd_listen = 127.0.0.1 192.0.2.1:5'])).kpasswd).toEqual([at(464, '127.0.0.1'), at(5, '192.0.2.1')])
    expect((await listen(['kpasswd_listen = ""'])).kpasswd).toEqual([])
  })
  it('refuses what is no address', async () => {
    await expect(listen(['kadmind_listen = ::1'])).rejects.toMatchObject({ code: 'EINVAL' })
  })
})
