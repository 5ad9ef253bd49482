import type { AdminApi } from '../../../admin/api.ts'
import type { TrustReport } from '../../../admin/client/trust/report.ts'
import type { Direction } from '../../../admin/trust/halves.ts'
import { during } from '../../../core/errors/krb-error.ts'
import type { Talk } from '../talk.ts'

interface Means {
  readonly expected?: readonly Direction[] | undefined
  readonly other?: AdminApi | undefined
}

/** Walks the trust, with the tickets of `--credentials`; who administers from afar may have none but those of the default cache. */
export async function proof(realm: string, { expected, other }: Means, talk: Talk): Promise<TrustReport> {
  const { api, env, config, own } = talk
  const [{ verifyTrust }, { realmChannel }, { resolveCcache }] = await Promise.all([
    import('../../../admin/client/trust/verify.ts'),
    import('../../../platform/channel.ts'),
    import('../../../core/ccache/resolve.ts'),
  ])
  const named = own.get('credentials')
  const wanted = named !== undefined || api.remote === true
  const cache = wanted ? await during('opening credentials cache', () => resolveCcache(named, env, config)) : undefined
  const options = {
    realm,
    ...(cache !== undefined && { cache }),
    ...(expected !== undefined && { expected }),
    ...(other !== undefined && { other }),
  }
  return verifyTrust(options, api, { env, config, channel: realmChannel(config, env) })
}
