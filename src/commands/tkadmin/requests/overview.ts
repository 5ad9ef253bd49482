import { VERBS } from '../../../admin/language/index.ts'
import type { PolicyRecord, PrincipalRecord } from '../../../admin/language/records.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { parsePrincipal } from '../../../core/principal/principal.ts'
import { POLICY_COLUMNS, PRINCIPAL_COLUMNS, policyCells, principalCells } from '../render/tables.ts'
import { step, type Talk } from '../talk.ts'

/** With --json the table would be drawn for nobody. */
export function wantsTable({ own, json }: Talk): boolean {
  return own.has('table') && !json
}

/** The table of principals, each looked up by its name; one that is gone meanwhile is left out. */
export async function principalTable(names: readonly string[], talk: Talk): Promise<string> {
  const get = async (name: string) =>
    talk.api.call(VERBS.getPrincipal, { principal: parsePrincipal(name, { defaultRealm: talk.api.realm }) })
  const records = await step('get_principals', 'while retrieving list.', () => lookedUp(names, get, 'KADM5_UNK_PRINC'))
  return tableOfPrincipals(records)
}

export async function policyTable(names: readonly string[], talk: Talk): Promise<string> {
  const get = (name: string) => talk.api.call(VERBS.getPolicy, { name })
  return tableOfPolicies(await step('get_policies', 'while retrieving list.', () => lookedUp(names, get, 'KADM5_UNK_POLICY')))
}

export function tableOfPrincipals(records: readonly PrincipalRecord[]): Promise<string> {
  return drawn(PRINCIPAL_COLUMNS, records.map(principalCells))
}

export function tableOfPolicies(records: readonly PolicyRecord[]): Promise<string> {
  return drawn(POLICY_COLUMNS, records.map(policyCells))
}

async function drawn(columns: readonly string[], rows: readonly (readonly string[])[]): Promise<string> {
  const { tableText } = await import('../../text/table.ts')
  return tableText(columns, rows, { columns: process.stdout.columns })
}

/** In pieces: a server is not asked everything at once. */
async function lookedUp<T>(names: readonly string[], get: (name: string) => Promise<T>, gone: KrbError['code']): Promise<readonly T[]> {
  const found: T[] = []
  for (let i = 0; i < names.length; i += TOGETHER) {
    const piece = names.slice(i, i + TOGETHER).map(async name => {
      try {
        return [await get(name)]
      } catch (error) {
        if (error instanceof KrbError && error.code === gone) return []
        throw error
      }
    })
    found.push(...(await Promise.all(piece)).flat())
  }
  return found
}

const TOGETHER = 64
