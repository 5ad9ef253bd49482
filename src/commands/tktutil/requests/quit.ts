import type { Request } from '../request.ts'

export const quit: Request = {
  names: ['quit', 'exit', 'q'],
  about: 'Exit program.',
  run: async () => ({ ends: true, json: {} }),
}
