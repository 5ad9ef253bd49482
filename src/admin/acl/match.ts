import type { Principal } from '../../core/principal/principal.ts'
import type { Acl, AclEntry, AclLetter } from './entry.ts'

/**
 * The first entry whose client and target fit; it alone decides. An entry with a target other than `*` never fits an operation that is about no
 * principal.
 */
export function findEntry(acl: Acl, client: Principal, target: Principal | undefined): AclEntry | undefined {
  return acl.find(entry => fits(entry, client, target))
}

/** The entry that allows it, if the one that decides does. */
export function granting(acl: Acl, letter: AclLetter, client: Principal, target: Principal | undefined): AclEntry | undefined {
  const entry = findEntry(acl, client, target)
  return entry?.privileges.has(letter) ? entry : undefined
}

function fits(entry: AclEntry, client: Principal, target: Principal | undefined): boolean {
  const wild: string[] = []
  if (
    entry.client !== 'any' &&
    !sameShape(entry.client, client, (pattern, component) => take(pattern, component, wild) || pattern === component)
  )
    return false
  if (entry.target === undefined || entry.target === 'any') return true
  return target !== undefined && sameShape(entry.target, target, (pattern, component) => refers(pattern, component, wild))
}

/** Realms match exactly or by `*`, which no back reference counts; components one by one, as many as the pattern has. */
function sameShape(pattern: Principal, name: Principal, same: (pattern: string, component: string) => boolean): boolean {
  if (pattern.realm !== '*' && pattern.realm !== name.realm) return false
  return pattern.components.length === name.components.length && pattern.components.every((one, i) => same(one, name.components[i]!))
}

function take(pattern: string, component: string, wild: string[]): boolean {
  if (pattern !== '*') return false
  wild.push(component)
  return true
}

/** `*2` in a target is what the second `*` of the client stood for. */
function refers(pattern: string, component: string, wild: readonly string[]): boolean {
  if (pattern === '*') return true
  if (/^\*[1-9]$/.test(pattern)) return wild[Number(pattern[1]) - 1] === component
  return pattern === component
}
