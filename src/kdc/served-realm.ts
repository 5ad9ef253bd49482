import { capaths } from '../core/config/capaths.ts'
import { permittedEnctypes, sessionEnctypes } from '../core/config/enctypes.ts'
import { realmOfHost } from '../core/config/host-realm.ts'
import type { KdcConfig } from '../core/config/kdc-conf.ts'
import { realmPath } from '../core/realm-path/path.ts'
import type { ServedRealm } from './realm-settings.ts'
import type { MasterKeys } from './store/master-key.ts'
import type { Store } from './store/store.ts'

/** A realm ready to be served, from its configuration, its open database and its master keys. */
export function servedRealm(config: KdcConfig, store: Store, masterKeys: MasterKeys): ServedRealm {
  const paths = capaths(config.profile)
  const policy = {
    realm: config.realm,
    maxLife: config.maxLife,
    maxRenewableLife: config.maxRenewableLife,
    clockskew: config.client.clockskew,
    permittedEtypes: permittedEnctypes(config.client),
    sessionEtypes: sessionEnctypes(config.client),
    rejectBadTransit: config.rejectBadTransit,
    restrictAnonymousToTgt: config.restrictAnonymousToTgt,
    disablePac: config.disablePac,
    hostBasedServices: config.hostBasedServices,
    noHostReferral: config.noHostReferral,
    realmOfHost: (host: string) => realmOfHost(config.profile, host),
    realmPath: (from: string, to: string) => realmPath(from, to, paths),
    disableLastSuccess: config.database.disableLastSuccess,
    disableLockout: config.database.disableLockout,
  }
  return { policy, store, masterKeys }
}
