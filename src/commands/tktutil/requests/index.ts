import type { Request } from '../request.ts'
import { addEntry } from './add-entry.ts'
import { clearList } from './clear-list.ts'
import { deleteEntry } from './delete-entry.ts'
import { list } from './list.ts'
import { listRequests } from './list-requests.ts'
import { merge } from './merge.ts'
import { prune } from './prune.ts'
import { quit } from './quit.ts'
import { readKeytab } from './read-keytab.ts'
import { readSrvtab, writeSrvtab } from './srvtab.ts'
import { verify } from './verify.ts'
import { writeKeytab } from './write-keytab.ts'

/** Every request, in the order of list_requests. */
export const REQUESTS: readonly Request[] = [
  clearList,
  readKeytab,
  readSrvtab,
  writeKeytab,
  writeSrvtab,
  addEntry,
  deleteEntry,
  list,
  listRequests(direct => requestsOf(direct)),
  quit,
  verify,
  merge,
  prune,
]

/** The language of the prompt, or that of the command line. */
export function requestsOf(direct: boolean): readonly Request[] {
  return direct ? REQUESTS : REQUESTS.filter(({ ours }) => ours !== true)
}

export function requestNamed(name: string, direct: boolean): Request | undefined {
  return requestsOf(direct).find(({ names }) => names.includes(name))
}

export function requestNames(): readonly string[] {
  return REQUESTS.flatMap(({ names }) => names)
}
