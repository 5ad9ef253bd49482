import { activationsOf } from '../../admin/local/master-key-changes.ts'
import { etypeName } from '../../core/registry/etype.ts'
import { getprincTime, isoTime } from '../../core/time/format.ts'
import { loadZone } from '../../core/time/zone.ts'
import { failed, type MasterWork, masterEntry, masterKeyList, masterName, onDatabase } from './master-entry.ts'
import { type Done, tried, type Work } from './work.ts'

/** The versions of the master key, newest first, with a star at the active one. */
export function listMasterKeys(work: Work): Promise<Done> {
  return onDatabase(work, list)
}

async function list(master: MasterWork): Promise<Done> {
  const { work, name } = master
  const keys = masterKeyList(master)
  const entry = keys && (await masterEntry(master))
  if (keys === undefined || entry === undefined) return failed(master)
  const active = await tried(work, 'while looking up active master key', async () => keys.active(work.env.clock.now().seconds))
  if (active === undefined) return failed(master)
  const zone = await loadZone(work.env)
  const activations = new Map(activationsOf(entry).map(({ kvno, from }) => [kvno, from]))
  work.print(`Master keys for Principal: ${masterName(name)}\n`)
  for (const { kvno, key } of keys.all) {
    const from = activations.get(kvno)
    const since = from === undefined ? 'No activate time set' : `Active on: ${getprincTime(from, zone)}`
    work.print(`KVNO: ${kvno}, Enctype: ${etypeName(key.etype)}, ${since}${kvno === active.kvno ? ' *' : ''}\n`)
  }
  const masterKeys = keys.all.map(({ kvno, key }) => {
    const from = activations.get(kvno)
    return { kvno, enctype: etypeName(key.etype), activeFrom: from === undefined ? null : isoTime(from), active: kvno === active.kvno }
  })
  return { status: master.failures, result: { masterKeys } }
}
