import { decodeTransited } from '../../src/core/transited/decode.ts'
import type { CrossRealmAnswer, CrossRealmCase } from './cross-realm-rules.test.ts'

/** Where our KDC answers requests with tickets of other realms otherwise than MIT's 1.20, and why. The first row that applies explains. */
export interface CrossRealmDifference {
  readonly name: string
  readonly reason: string
  applies(asked: CrossRealmCase, theirs: CrossRealmAnswer, ours: CrossRealmAnswer): boolean
}

export const CROSS_REALM_DIFFERENCES: readonly CrossRealmDifference[] = [
  {
    name: 'limits of the client',
    reason:
      "The client's own entry limits service tickets too, also one that an administrator made for somebody of another realm. MIT looks it up too late.",
    applies: ({ client }, theirs, ours) => /^(alice|held)@/.test(client) && 'granted' in theirs.outcome && 'granted' in ours.outcome,
  },
  {
    name: 'a field that cannot be read',
    reason: 'MIT reads what it can of it, and may issue a ticket that tells less than the field did. Nobody honest writes such a field.',
    applies: ({ transited, issuer, client }, _, { outcome }) =>
      'error' in outcome && outcome.error.startsWith('43 ') && !readable(transited, client.slice(client.indexOf('@') + 1), issuer),
  },
  {
    name: 'X.500 names have no domains',
    reason: 'MIT climbs to the top of the domains on one end of a path whose other end is named in X.500 style.',
    applies: ({ issuer, client }, theirs) =>
      (client.includes('/') || issuer.includes('/')) && !JSON.stringify(theirs).includes('PROCESS_TGS'),
  },
  {
    name: 'a name that only ends like another one',
    reason: 'MIT shortens EAST after T to EAS, which nobody can read again.',
    applies: ({ transited, issuer }) =>
      transited.split(',').some(name => issuer.endsWith(name) && !issuer.endsWith(`.${name}`) && issuer !== name),
  },
  {
    name: 'control characters in the log',
    reason: 'MIT writes them, or ends there; a record of ours is one line of visible characters.',
    applies: ({ transited }, theirs, ours) => transited.includes('\0') && JSON.stringify(theirs.outcome) === JSON.stringify(ours.outcome),
  },
  {
    name: 'no version of the key, and the newest does not fit',
    reason: 'MIT goes on to older versions, and tells what was wrong with the last one that it tried: that it is not there.',
    applies: ({ kvno }, theirs) => !kvno && theirs.log.some(line => line.endsWith('No matching key in entry')),
  },
]

function readable(field: string, client: string, issuer: string): boolean {
  try {
    decodeTransited(Buffer.from(field, 'latin1'), client, issuer)
    return true
  } catch {
    return false
  }
}
