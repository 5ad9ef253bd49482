import type { Request } from '../talk.ts'

/** The table of all requests, itself included. */
export function listRequests(requests: () => readonly Request[]): Request {
  return {
    names: ['list_requests', 'lr', '?'],
    about: 'List available requests.',
    run: async (_words, talk) => {
      const lines = requests().map(({ names, about }) => {
        const head = names.join(', ')
        return head.length < COLUMN - 1 ? `${head.padEnd(COLUMN)}${about}\n` : `${head}\n${' '.repeat(COLUMN)}${about}\n`
      })
      talk.print(`Available ${talk.program} requests:\n\n${lines.join('')}`)
      return { requests: requests().map(({ names, about }) => ({ names, about })) }
    },
  }
}

const COLUMN = 25
