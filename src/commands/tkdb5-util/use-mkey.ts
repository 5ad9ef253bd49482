import { withActivation } from '../../admin/local/master-key-changes.ts'
import { readNumber } from '../../admin/query/values.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { parseDateWords } from '../../core/time/date-words.ts'
import { isoTime } from '../../core/time/format.ts'
import { loadZone } from '../../core/time/zone.ts'
import { changeMasterEntry, failed, type MasterWork, masterEntry, onDatabase } from './master-entry.ts'
import { type Done, tried, type Work } from './work.ts'

/** Makes a version the active one, from a time on (kadmin's date words) or at once. */
export function useMasterKey(version: string, time: string | undefined, work: Work): Promise<Done> {
  return onDatabase(work, master => use(version, time, master))
}

async function use(version: string, time: string | undefined, master: MasterWork): Promise<Done> {
  const { work, masterKeys } = master
  const kvno = readNumber(version)
  if (kvno === 0 || masterKeys?.all.find(key => key.kvno === kvno) === undefined) {
    work.complain(new KrbError('EINVAL'), `${kvno} is an invalid KVNO value`)
    return failed(master)
  }
  const now = work.env.clock.now().seconds
  const from = time === undefined ? now : parseDateWords(time, now, await loadZone(work.env))
  if (from === undefined) {
    const text = `could not parse date-time string '${time}'`
    work.complain(new KrbError('EINVAL', {}, { text }), '')
    return failed(master)
  }
  if ((await masterEntry(master)) === undefined) return failed(master)
  const changed = await tried(work, 'there must be one master key currently active', () =>
    changeMasterEntry(master, entry => withActivation(entry, { kvno, from }, now)),
  )
  return changed === undefined ? failed(master) : { status: master.failures, result: { kvno, activeFrom: isoTime(from) } }
}
