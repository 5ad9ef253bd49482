import type { Half, Trust } from '../../admin/trust/list.ts'
import { unparsePrincipal } from '../../core/principal/principal.ts'
import { etypeName } from '../../core/registry/etype.ts'
import { isoTime } from '../../core/time/format.ts'

export const TRUST_COLUMNS = ['Realm', 'Direction', 'Principal', 'kvno', 'Keys', 'Changed']

/** A row for each direction. */
export function trustRows(trusts: readonly Trust[]): readonly (readonly string[])[] {
  return trusts.flatMap(trust => [trust.out, trust.in].flatMap(half => (half === undefined ? [] : [row(trust.realm, half)])))
}

export function trustJson(trust: Trust): object {
  return {
    realm: trust.realm,
    twoWay: trust.in !== undefined && trust.out !== undefined,
    in: trust.in === undefined ? null : halfJson(trust.in),
    out: trust.out === undefined ? null : halfJson(trust.out),
  }
}

/** A picture for Mermaid: an arrow leads from users to the services that they reach. */
export function trustPicture(ours: string, trusts: readonly Trust[]): string {
  const nodes = [ours, ...trusts.map(({ realm }) => realm)].map((realm, i) => `  r${i}["${escaped(realm)}"]\n`)
  const arrows = trusts.flatMap((trust, i) => [
    ...(trust.out === undefined ? [] : [`  r0 -->|kvno ${trust.out.kvno}| r${i + 1}\n`]),
    ...(trust.in === undefined ? [] : [`  r${i + 1} -->|kvno ${trust.in.kvno}| r0\n`]),
  ])
  return `graph LR\n${nodes.join('')}${arrows.join('')}`
}

/** [capaths] of krb5.conf for a way of more than one hop; it says the same to clients and to KDCs. */
export function capathsText(path: readonly string[]): string {
  const [from, to] = [path[0]!, path.at(-1)!]
  const between = path.slice(1, -1)
  const lines = (between.length === 0 ? ['.'] : between).map(realm => `        ${to} = ${realm}\n`)
  return `[capaths]\n    ${from} = {\n${lines.join('')}    }\n`
}

function row(realm: string, { direction, principal, kvno, etypes, changed, allowed }: Half): readonly string[] {
  const off = allowed ? '' : ', switched off'
  return [
    realm,
    `${direction}${off}`,
    unparsePrincipal(principal),
    String(kvno),
    etypes.map(etypeName).join(' '),
    changed === 0 ? '' : isoTime(changed),
  ]
}

function halfJson({ principal, kvno, etypes, changed, allowed }: Half): object {
  return {
    principal: unparsePrincipal(principal),
    kvno,
    etypes: etypes.map(etypeName),
    changed: changed === 0 ? null : isoTime(changed),
    allowed,
  }
}

/** Mermaid takes HTML's character references in quotes. */
function escaped(text: string): string {
  return text.replace(/[^\w .:/=,-]/gu, character => `#${character.codePointAt(0)};`)
}
