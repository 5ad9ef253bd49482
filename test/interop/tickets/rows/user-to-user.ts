import type { Row } from '../trial.ts'

/** RFC 4120 §3.7. */
export const USER_TO_USER: readonly Row[] = [
  {
    id: 'u2u',
    title: "for a user, with that user's TGT",
    run: async t => (await t.userToUser(await t.logIn('alice'), await t.logIn('bob'), 'bob')).flags,
  },
  {
    id: 'u2u-other',
    title: "for a user, with somebody else's TGT",
    run: async t => (await t.userToUser(await t.logIn('alice'), await t.logIn('alice'), 'bob')).flags,
  },
  {
    id: 'u2u-dup-skey',
    title: 'for a user with -allow_dup_skey',
    run: async t => (await t.userToUser(await t.logIn('alice'), await t.logIn('u-no-dup-skey'), 'u-no-dup-skey')).flags,
  },
]
