import { requestTable } from '../../requests/table.ts'
import type { Request } from '../request.ts'

/** The table of all requests, itself included. */
export function listRequests(requests: (direct: boolean) => readonly Request[]): Request {
  return {
    names: ['list_requests', 'lr', '?'],
    about: 'List available requests.',
    async run(_words, { program, direct }) {
      const lines = requests(direct)
      return { text: requestTable(program, lines), json: { requests: lines.map(({ names, about }) => ({ names, about })) } }
    },
  }
}
