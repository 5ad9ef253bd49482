import type { Request } from '../talk.ts'

export const TRUST_USAGE = `usage: trust add [options] realm
       trust list | show realm | verify realm | remove [-force] realm
`

/** Trusts with other realms, which kadmin has no word for. */
export const trust: Request = {
  names: ['trust'],
  about: 'Make, show, check and remove trusts with other realms',
  usage: TRUST_USAGE,
  options: [{ word: '-force' }],
  operands: [
    { name: 'add, list, show, verify or remove', kind: 'text' },
    { name: 'realm', kind: 'text', optional: true },
  ],
  own: [
    { name: 'one-way', value: 'in|out', doc: 'in: users of the realm reach our services; out: our users reach theirs (default: both)' },
    { name: 'etypes', value: 'LIST', doc: 'add: encryption types of the keys (default aes256-cts,aes128-cts)' },
    { name: 'replace', doc: 'add: new keys of the next version where there is a trust already' },
    { name: 'instructions', value: 'FILE', doc: 'add: write what the other administrator has to enter to this new file (0600)' },
    { name: 'same-password', doc: 'add: one password for both directions, as Active Directory wants it' },
    { name: 'show-secret', doc: 'add: print these instructions, passwords and all, instead of writing a file' },
    { name: 'from', value: 'FILE', doc: 'add: enter what the other administrator has written with --instructions' },
    { name: 'ask', doc: 'add: ask for a password that the other administrator has chosen' },
    { name: 'password-file', value: 'FILE', doc: 'add: read that password from the first line of this file' },
    { name: 'kvno', value: 'N', doc: 'add: the version of the keys that the password makes (default: the next)' },
    { name: 'other', value: 'PATH', doc: 'add, verify: the database of the other realm too, by its kdc.conf or the folder of that' },
    { name: 'other-admin', value: 'PRINCIPAL', doc: 'add, verify: the kadmind of the other realm too, as this administrator there' },
    { name: 'credentials', value: 'CACHE', doc: 'verify: with the tickets of a user, of either realm' },
    { name: 'by', value: 'REALM,...', doc: 'show: the [capaths] for a way by these realms' },
    { name: 'mermaid', doc: 'list: a picture for Mermaid' },
  ],
  unlisted: true,
  run: async (words, talk) => (await import('../trust/index.ts')).runTrust(words, talk),
}
