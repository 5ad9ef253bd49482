import { AMPLE, ENTRIES, type Entry, PASSWORD } from '../entries.ts'

/** Lines for kadmin.local that make a realm's entries. */
export function kadminLines(realm: string): readonly string[] {
  return [
    `modprinc -maxlife "${AMPLE} seconds" -maxrenewlife "${AMPLE} seconds" krbtgt/${realm}`,
    ...ENTRIES.flatMap(entry => [...policyLines(entry), addPrincipal(entry)]),
  ]
}

function policyLines({ name, maxFailures }: Entry): readonly string[] {
  return maxFailures === undefined ? [] : [`addpol -maxfailure ${maxFailures} ${name}`]
}

function addPrincipal(entry: Entry): string {
  const { name, kind, attribute, maxLife = AMPLE, maxRenewableLife = AMPLE } = entry
  const words = [
    kind === 'user' ? `-pw ${PASSWORD} +requires_preauth` : '-randkey',
    entry.maxFailures === undefined ? '-clearpolicy' : `-policy ${name}`,
    `-maxlife "${maxLife} seconds" -maxrenewlife "${maxRenewableLife} seconds"`,
    ...(attribute === undefined ? [] : [attribute]),
    ...(entry.expired ? ['-expire "2020-01-01 00:00:00"'] : []),
    ...(entry.passwordExpired ? ['-pwexpire "2020-01-01 00:00:00"'] : []),
  ]
  return `addprinc ${words.join(' ')} ${name}`
}
