import { KrbError } from '../../core/errors/krb-error.ts'
import { askText, canAsk } from '../ask.ts'
import type { Request } from './talk.ts'

/**
 * The words of a request that a person has typed without any: where kadmin would only print how it is used, they are asked for. No
 * words when there is nothing to ask, or no answer: then the usage is printed as ever.
 */
export async function missingWords({ operands = [] }: Request): Promise<readonly string[]> {
  const needed = operands.filter(({ optional }) => optional !== true)
  if (needed.length === 0 || !canAsk()) return []
  try {
    const words: string[] = []
    for (const { name } of needed) {
      const word = await askText(name)
      if (word === '') return []
      words.push(word)
    }
    return words
  } catch (error) {
    if (error instanceof KrbError && error.code === 'KRB5_LIBOS_PWDINTR') return []
    throw error
  }
}
