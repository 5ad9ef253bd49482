import type { EtypeId } from '../core/registry/etype.ts'
import type { MasterKeys } from './store/master-key.ts'
import type { Store } from './store/store.ts'

/** What kdc.conf and krb5.conf say about how a realm's KDC decides. Lives and times in seconds. */
export interface RealmPolicy {
  readonly realm: string
  /** 0 = no bound from the realm. */
  readonly maxLife: number
  readonly maxRenewableLife: number
  readonly clockskew: number
  /** Long-term keys of other enctypes are as if they were not there. */
  readonly permittedEtypes: readonly EtypeId[]
  /** Session keys are made of these only. */
  readonly sessionEtypes: readonly EtypeId[]
  readonly rejectBadTransit: boolean
  readonly restrictAnonymousToTgt: boolean
  /** Tickets carry no PAC. */
  readonly disablePac: boolean
  /** Services whose names of type NT-UNKNOWN are taken for hosts' services; `*` for all. */
  readonly hostBasedServices: readonly string[]
  /** Services that are never looked for in another realm; `*` for all. */
  readonly noHostReferral: readonly string[]
  /** [domain_realm]: the realm of a host. */
  readonly realmOfHost: (host: string) => string | undefined
  /** By [capaths], else the domain hierarchy: the realms from a client's to a server's, both included. */
  readonly realmPath: (from: string, to: string) => readonly string[]
  readonly disableLastSuccess: boolean
  readonly disableLockout: boolean
}

/** A realm that this KDC serves. */
export interface ServedRealm {
  readonly policy: RealmPolicy
  readonly store: Store
  readonly masterKeys: MasterKeys
}
