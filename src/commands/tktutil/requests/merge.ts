import { during } from '../../../core/errors/krb-error.ts'
import type { KeytabEntry } from '../../../core/keytab/keytab.ts'
import { mergeEntries } from '../../../core/keytab/merge.ts'
import { displayText } from '../../../core/principal/display.ts'
import { unparsePrincipal } from '../../../core/principal/principal.ts'
import { etypeName } from '../../../core/registry/etype.ts'
import { Complaint, type Request } from '../request.ts'
import { presentEntries } from './present-entries.ts'

export const merge: Request = {
  names: ['merge'],
  about: 'Add what other keytabs have and this one lacks.',
  ours: true,
  async run(names, { list, files, program }, called) {
    if (names.length === 0) throw new Complaint(`usage: ${called} keytab...`)
    const counts = { added: 0, repeated: 0 }
    const conflicts: KeytabEntry[] = []
    for (const name of names) {
      const more = await during(`reading keytab "${name}"`, () => files.read(name))
      const { added, repeated, conflicting } = mergeEntries(await presentEntries(list), more)
      if (added.length > 0) await during('adding entries', () => list.add(added))
      counts.added += added.length
      counts.repeated += repeated.length
      conflicts.push(...conflicting)
    }
    return {
      text: `${counts.added} added, ${counts.repeated} there already\n`,
      notes: conflicts.map(entry => `${program}: not added, because there is another key: ${shown(entry)}\n`).join(''),
      json: { ...counts, conflicts: conflicts.map(entryJson) },
      failed: conflicts.length > 0,
    }
  },
}

function shown({ principal, kvno, key }: KeytabEntry): string {
  return `${displayText(unparsePrincipal(principal))} kvno ${kvno} ${etypeName(key.etype)}`
}

function entryJson({ principal, kvno, key }: KeytabEntry): object {
  return { principal: unparsePrincipal(principal), kvno, etype: etypeName(key.etype) }
}
