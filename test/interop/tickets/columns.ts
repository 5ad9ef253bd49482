import { heimdal, mit, type Peer } from '../../helpers/peers.ts'
import { samba } from '../../helpers/samba-realm.ts'
import type { Client } from './clients/client.ts'
import { HEIMDAL } from './clients/heimdal.ts'
import { MIT } from './clients/mit.ts'
import { OURS } from './clients/ours.ts'
import { heimdalKdc } from './kdcs/heimdal.ts'
import type { Kdc, KdcId } from './kdcs/kdc.ts'
import { mitKdc } from './kdcs/mit.ts'
import { ownKdc } from './kdcs/own.ts'
import { sambaKdc } from './kdcs/samba.ts'

/** One client on one KDC. */
export interface Column {
  readonly id: string
  readonly client: Client
  readonly kdc: KdcId
}

export const KDCS: Readonly<Record<KdcId, { readonly name: string; readonly peer: Peer; start(): Promise<Kdc> }>> = {
  mit: { name: "MIT's krb5kdc", peer: mit(), start: mitKdc },
  heimdal: { name: "Heimdal's kdc", peer: heimdal(), start: heimdalKdc },
  samba: { name: "Samba's AD DC", peer: samba(), start: sambaKdc },
  own: { name: 'tkrb5kdc', peer: { present: true, reason: 'it is ours' }, start: ownKdc },
}

/** What the others are held against. */
export const REFERENCE = column(MIT, 'mit')

export const COLUMNS: readonly Column[] = [
  REFERENCE,
  column(OURS, 'mit'),
  column(OURS, 'heimdal'),
  column(OURS, 'samba'),
  column(MIT, 'own'),
  column(HEIMDAL, 'own'),
  column(OURS, 'own'),
]

/** MIT's client on the KDCs of others, by the column of ours there: where the two differ the reason is ours, not the KDC's. */
export const WITNESSES: ReadonlyMap<string, Column> = new Map([
  ['ours-on-heimdal', column(MIT, 'heimdal')],
  ['ours-on-samba', column(MIT, 'samba')],
])

export function headingOf({ client, kdc }: Column): string {
  return `${CLIENT_NAMES[client.id]} on ${KDCS[kdc].name}`
}

/** What a column needs. MIT's klist reads the caches of all. */
export function peersOf({ client, kdc }: Column): readonly Peer[] {
  return [mit(), KDCS[kdc].peer, ...(client.id === 'heimdal' ? [heimdal()] : [])]
}

function column(client: Client, kdc: KdcId): Column {
  return { id: `${client.id}-on-${kdc}`, client, kdc }
}

const CLIENT_NAMES = { mit: "MIT's client", heimdal: "Heimdal's client", ours: 'our client' }
