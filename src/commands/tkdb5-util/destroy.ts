import { destroyDatabase } from '../../admin/local/database.ts'
import { opened } from './opened.ts'
import { type Done, tried, type Work } from './work.ts'

/** Removes the database after a question. A master key that cannot be read does not stop it, but leaves status 1, as in MIT's. */
export async function destroy(force: boolean, work: Work): Promise<Done> {
  const { config, print, env } = work
  const database = await opened(work)
  if (database === undefined) return { status: 1, result: {} }
  const status = database.masterKeys === undefined ? 1 : 0
  await database.store.close()
  if (!force) {
    print(`Deleting KDC database stored in '${config.databaseName}', are you sure?\n`)
    if ((await env.prompter.line("(type 'yes' to confirm)? ")) !== 'yes') return { status: status + 1, result: { destroyed: null } }
    print(`OK, deleting database '${config.databaseName}'...\n`)
  }
  const gone = await tried(work, `deleting database '${config.databaseName}'`, () => destroyDatabase(config).then(() => true))
  if (gone === undefined) return { status: status + 1, result: { destroyed: null } }
  print(`** Database '${config.databaseName}' destroyed.\n`)
  return { status, result: { destroyed: config.databaseName } }
}
