import { requestTable } from '../../requests/table.ts'
import type { Request } from '../talk.ts'

/** The table of all requests, itself included. */
export function listRequests(requests: () => readonly Request[]): Request {
  return {
    names: ['list_requests', 'lr', '?'],
    about: 'List available requests.',
    run: async (_words, talk) => {
      talk.print(requestTable(talk.program, requests()))
      return { requests: requests().map(({ names, about }) => ({ names, about })) }
    },
  }
}
