import { type Bytes, concat } from '../../core/bytes/bytes.ts'
import { encodeText } from '../../core/bytes/text.ts'
import { unparsePrincipal } from '../../core/principal/principal.ts'
import { etypeName } from '../../core/registry/etype.ts'
import type { Secret } from '../../core/secret/secret.ts'
import { type AgreedHalf, agreementLine } from './agreement.ts'

/**
 * What the administrator of `theirs` has to do, with each kind of server. Steps read `run COMMAND`, then `answer TEXT` where it asks for a
 * password, twice. The caller wipes the octets.
 */
export function instructions(ours: string, theirs: string, halves: readonly AgreedHalf[]): Bytes {
  const pieces = [
    heading(ours, theirs, halves),
    ...halves.flatMap(half => mitSteps(theirs, half)),
    `\nHeimdal, on the KDC of ${theirs}. [kadmin] default_keys has to name these encryption types\n`,
    ...halves.flatMap(half => heimdalSteps(theirs, half)),
    ...activeDirectorySteps(ours, theirs, halves),
    `\ntkrb5, on the KDC of ${theirs}: the line below is read from this file\n`,
    `  run     tkadmin.local -r ${theirs} trust add ${ours} --from THIS-FILE\n\n`,
    ...agreementLine(halves),
  ]
  const parts = pieces.map(piece => (typeof piece === 'string' ? encodeText(piece) : piece.use(octets => new Uint8Array(octets))))
  try {
    return concat(...parts)
  } finally {
    for (const part of parts) part.fill(0)
  }
}

function heading(ours: string, theirs: string, halves: readonly AgreedHalf[]): string {
  const names = halves.map(({ principal, kvno, etypes }) => {
    const [of, by] = [principal.components[1]!, principal.realm]
    return `  ${unparsePrincipal(principal)}  kvno ${kvno}, ${etypes.map(etypeName).join(', ')}: users of ${by} reach services of ${of}\n`
  })
  return `A trust between ${ours} and ${theirs}: for the administrator of ${theirs}

This file holds passwords. Give it to nobody else, and remove it when the trust works.
The database of ${theirs} has to hold, with the same keys as that of ${ours}:
${names.join('')}
MIT Kerberos, on the KDC of ${theirs}
`
}

function mitSteps(theirs: string, { principal, kvno, etypes, password }: AgreedHalf): readonly (string | Secret)[] {
  const name = unparsePrincipal(principal)
  const keys = etypes.map(etype => `${etypeName(etype)}:normal`).join(',')
  const remove = kvno === 1 ? '' : `  run     kadmin.local -r ${theirs} -q "delprinc -force ${name}"\n`
  return [`${remove}  run     kadmin.local -r ${theirs} -q "addprinc -clearpolicy -kvno ${kvno} -e ${keys} ${name}"\n`, ...answer(password)]
}

function heimdalSteps(theirs: string, { principal, kvno, password }: AgreedHalf): readonly (string | Secret)[] {
  const name = unparsePrincipal(principal)
  const remove = kvno === 1 ? '' : `  run     kadmin -l -r ${theirs} delete ${name}\n`
  const version = kvno === 1 ? '' : `  run     kadmin -l -r ${theirs} modify --kvno=${kvno} ${name}\n`
  return [`${remove}  run     kadmin -l -r ${theirs} add --use-defaults ${name}\n`, ...answer(password), version]
}

/** netdom takes one password, whatever the directions (its option * asks for it). */
function activeDirectorySteps(ours: string, theirs: string, halves: readonly AgreedHalf[]): readonly (string | Secret)[] {
  const title = `\nActive Directory, on a domain controller of ${theirs}\n`
  const [first, second] = halves
  if (first === undefined) return []
  if (second !== undefined && second.password !== first.password) {
    return [`${title}  It knows one password for both directions: make the trust with "trust add ${theirs} --same-password".\n`]
  }
  const types = first.etypes.map(etype => etypeName(etype).toUpperCase()).join(' ')
  const afterwards = `  run     ksetup /SetEncTypeAttr ${ours} ${types}
  run     ksetup /AddKdc ${ours} KDC-HOST   (on every computer of the domain)
  Samba: samba-tool makes no trust with a realm that is no domain.
`
  if (second === undefined && first.principal.components[1] === ours) {
    const wizard = '  in      Active Directory Domains and Trusts: New Trust, Realm trust, Nontransitive, One-way: incoming\n'
    return [`${title}${wizard}`, ...answer(first.password), afterwards]
  }
  const way = second === undefined ? '' : ' /TwoWay'
  return [
    `${title}  run     netdom trust ${theirs} /Domain:${ours} /Add /Realm${way} /PasswordT:*\n`,
    ...answer(first.password),
    afterwards,
  ]
}

function answer(password: Secret): readonly (string | Secret)[] {
  return ['  answer  ', password, '\n']
}
