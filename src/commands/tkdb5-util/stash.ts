import { masterPrincipal } from '../../kdc/store/master-key.ts'
import { writeStash } from '../../kdc/store/stash.ts'
import { masterKeysByPassword, type Opened, opened } from './opened.ts'
import { type Done, tried, type Work } from './work.ts'

/** Writes all versions of the master key to the stash file, or to another with -f. */
export async function stash(file: string | undefined, work: Work): Promise<Done> {
  const database = await opened(work)
  if (database === undefined) return { status: 1, result: {} }
  try {
    return await write(file ?? work.config.keyStashFile, database, work)
  } finally {
    await database.store.close()
  }
}

/** The status counts what failed on the way; success in the end clears it. */
async function write(file: string, { store, masterKeys }: Opened, work: Work): Promise<Done> {
  const failures = masterKeys === undefined ? 1 : 0
  if (masterKeys !== undefined) work.print('Using existing stashed keys to update stash file.\n')
  const found = masterKeys ?? (await masterKeysByPassword(store, work))
  if (found === undefined) return { status: failures + 1, result: { stash: null } }
  const name = masterPrincipal(work.config.realm, work.config.masterKeyName)
  const keys = found.all.map(({ kvno, key }) => ({ kvno, key }))
  const save = () => writeStash(file, name, keys, work.env.clock.now().seconds, work.env.files)
  const written = await tried(work, 'while storing key', () => save().then(() => true))
  return written === true ? { status: 0, result: { stash: file } } : { status: failures + 1, result: { stash: null } }
}
