import type { Request } from '../talk.ts'

export const quit: Request = {
  names: ['quit', 'exit', 'q'],
  about: 'Exit program.',
  run: async (_words, talk) => {
    talk.end()
    return {}
  },
}
