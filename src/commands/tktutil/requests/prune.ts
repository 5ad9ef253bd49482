import { during } from '../../../core/errors/krb-error.ts'
import { outdatedEntries } from '../../../core/keytab/prune.ts'
import { Complaint, type Request } from '../request.ts'

export const prune: Request = {
  names: ['prune'],
  about: 'Remove all but the newest versions of each principal.',
  ours: true,
  async run(words, { list }, called) {
    const keep = words.length === 0 ? DEFAULT_KEEP : numberIn(words)
    if (keep === undefined) throw new Complaint(`usage: ${called} [-keep number]`)
    const removed = await during('removing entries', async () => {
      const entries = await list.entries()
      const outdated = outdatedEntries(entries, keep)
      let at = 0
      return outdated.size === 0 ? 0 : list.remove(() => outdated.has(entries[at++]!))
    })
    return { text: `${removed} removed\n`, json: { removed } }
  },
}

function numberIn([option, value, ...more]: readonly string[]): number | undefined {
  return option === '-keep' && value !== undefined && /^[1-9]\d{0,5}$/.test(value) && more.length === 0 ? Number(value) : undefined
}

/** Tickets made with the previous key are still around after a change. */
const DEFAULT_KEEP = 2
