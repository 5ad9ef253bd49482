import { nextMasterKvno, withNewMasterKey } from '../../admin/local/master-key-changes.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { etypeIdByName } from '../../core/registry/etype.ts'
import { masterKeyFromPassword } from '../../kdc/store/master-key.ts'
import { writeStash } from '../../kdc/store/stash.ts'
import { askTwice } from '../tkadmin/ask.ts'
import { changeMasterEntry, failed, type MasterWork, masterEntry, masterKeyList, masterName, onDatabase } from './master-entry.ts'
import { type Done, tried, type Work } from './work.ts'

export interface AddMasterKeyOptions {
  readonly enctype: string | undefined
  readonly stash: boolean
}

/** One more master key from a password; with `stash` it becomes the one in the stash file. */
export function addMasterKey(options: AddMasterKeyOptions, work: Work): Promise<Done> {
  return onDatabase(work, master => add(options, master))
}

async function add({ enctype, stash }: AddMasterKeyOptions, master: MasterWork): Promise<Done> {
  const { work, name } = master
  const etype = enctype === undefined ? work.config.masterKeyType : etypeIdByName(enctype)
  if (etype === undefined) {
    work.complain(new KrbError('EINVAL'), `${enctype} is an invalid enctype`)
    return failed(master)
  }
  if ((await masterEntry(master)) === undefined) return failed(master)
  const keys = masterKeyList(master)
  if (keys === undefined) return failed(master)
  work.print(
    `Creating new master key for master key principal '${masterName(name)}'\nYou will be prompted for a new database Master Password.\nIt is important that you NOT FORGET this password.\n`,
  )
  const ask = () => askTwice('Enter KDC database master key', 'Re-enter KDC database master key to verify', work.env)
  using password = await tried(work, 'while reading new master key from keyboard', ask)
  if (password === undefined) return failed(master)
  const key = await masterKeyFromPassword(etype, password, name)
  let kvno = 0
  const changed = await tried(work, 'adding new master key to master principal', () =>
    changeMasterEntry(master, entry => {
      kvno = nextMasterKvno(entry)
      return withNewMasterKey(entry, keys, key, length => work.env.random(length))
    }),
  )
  if (changed === undefined) return failed(master)
  const { keyStashFile } = work.config
  if (stash) {
    const save = () => writeStash(keyStashFile, name, [{ kvno, key }], work.env.clock.now().seconds, work.env.files)
    const written = await tried(work, 'while storing key', () => save().then(() => true))
    if (written !== true) work.print("Warning: couldn't stash master key.\n")
  }
  return { status: master.failures, result: { kvno } }
}
