import { QueryError } from '../../../admin/query/query-error.ts'
import { listTrusts, trustWith } from '../../../admin/trust/list.ts'
import { realmPath } from '../../../core/realm-path/path.ts'
import { capathsText, TRUST_COLUMNS, trustJson, trustPicture, trustRows } from '../../trust/overview.ts'
import { step, type Talk } from '../talk.ts'

/** A table on a terminal, lines with tabs in a pipe. */
export async function listTrustsOf(talk: Talk): Promise<object> {
  const trusts = await step('trust', 'while listing trusts', () => listTrusts(talk.api))
  if (talk.own.has('mermaid')) talk.print(trustPicture(talk.api.realm, trusts))
  else if (trusts.length > 0) talk.print(await drawn(trustRows(trusts)))
  return { realm: talk.api.realm, trusts: trusts.map(trustJson) }
}

/** The entries, the ways between the two realms as this machine's krb5.conf has them, and what to write for a longer one. */
export async function showTrust(realm: string, talk: Talk): Promise<object> {
  const { api, config, own } = talk
  const trust = await step('trust', `while looking for the trust with ${realm}`, () => trustWith(realm, api))
  const by = own.get('by')?.split(',')
  if (by?.includes('') === true) throw new QueryError('trust: --by takes the names of realms with commas between\n')
  const ways = [
    [api.realm, realm],
    [realm, api.realm],
  ].map(([from, to]) => {
    const path = realmPath(from!, to!, config.capaths)
    const given = config.capaths.between(from!, to!) !== undefined
    return { path, origin: given ? 'capaths' : path.length > 2 ? 'hierarchy' : 'direct' }
  })
  const rows = trustRows([trust])
  talk.print(rows.length === 0 ? `${api.realm} and ${realm} share no key\n` : await drawn(rows))
  talk.print(ways.map(({ path, origin }) => `${ORIGINS[origin]}: ${path.join(' > ')}\n`).join(''))
  const snippets = by === undefined ? [] : [capathsText([api.realm, ...by, realm]), capathsText([realm, ...[...by].reverse(), api.realm])]
  if (by !== undefined) {
    talk.print(
      `For users of ${api.realm}, in krb5.conf of these users, of the KDC of ${api.realm} and of the KDC of ${realm}:\n${snippets[0]}`,
    )
    talk.print(`For users of ${realm}, in krb5.conf of these users, of the KDC of ${realm} and of the KDC of ${api.realm}:\n${snippets[1]}`)
  }
  return { trust: trustJson(trust), paths: ways, capaths: snippets }
}

async function drawn(rows: readonly (readonly string[])[]): Promise<string> {
  const { tableText } = await import('../../text/table.ts')
  return tableText(TRUST_COLUMNS, rows, { columns: process.stdout.columns })
}

const ORIGINS: Readonly<Record<string, string>> = {
  capaths: 'by [capaths]',
  hierarchy: 'by the hierarchy of the names, where there is no key between the two',
  direct: 'directly',
}
