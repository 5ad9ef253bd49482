import { VERBS } from '../../../admin/language/index.ts'
import { trustWith } from '../../../admin/trust/list.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { unparsePrincipal } from '../../../core/principal/principal.ts'
import { confirmed } from '../requests/confirm.ts'
import { step, type Talk } from '../talk.ts'
import { oneWay } from './words.ts'

/** Both directions, or the one of `--one-way`. The other realm's entries stay: they open nothing any more. */
export async function removeTrust(realm: string, talk: Talk, force: boolean): Promise<object> {
  const phrase = `while removing the trust with ${realm}`
  const wanted = oneWay(talk.own)
  const halves = await step('trust', phrase, async () => {
    const trust = await trustWith(realm, talk.api)
    const found = [trust.out, trust.in].flatMap(half =>
      half !== undefined && (wanted ?? [half.direction]).includes(half.direction) ? [half] : [],
    )
    if (found.length === 0) throw new KrbError('KADM5_UNK_PRINC', {}, { text: `There is no trust with ${realm}` })
    return found
  })
  const names = halves.map(({ principal }) => unparsePrincipal(principal))
  if (!force && !(await confirmed(`Are you sure you want to delete the trust with "${realm}" (${names.join(', ')})?`, talk))) {
    talk.warn(`Trust with "${realm}" not deleted\n`)
    return { deleted: [], changed: false }
  }
  for (const { principal } of halves) await step('trust', phrase, () => talk.api.call(VERBS.deletePrincipal, { principal }))
  talk.info(names.map(name => `Principal "${name}" deleted.\n`).join(''))
  return { deleted: names, changed: true }
}
