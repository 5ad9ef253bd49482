import type { AddPrincipalInput } from '../../../admin/language/add-principal.ts'
import { VERBS } from '../../../admin/language/index.ts'
import type { PrincipalWords } from '../../../admin/language/principal-words.ts'
import { QueryError } from '../../../admin/query/query-error.ts'
import { encodeText } from '../../../core/bytes/text.ts'
import { Secret } from '../../../core/secret/secret.ts'
import { policyExists } from '../requests/policy-exists.ts'
import type { Talk } from '../talk.ts'
import { type BulkRecord, RecordError } from './record.ts'

/** Makes records into what add_principal takes, with kadmin's own reading of the words. */
export class InputMaker {
  readonly #common: readonly string[]
  readonly #talk: Talk
  #defaultPolicy: Promise<boolean> | undefined

  constructor(common: readonly string[], talk: Talk) {
    this.#common = common
    this.#talk = talk
  }

  /** To be disposed of: it may hold a password. Throws RecordError. */
  async input(record: BulkRecord): Promise<AddPrincipalInput & Disposable> {
    const read = this.#read([...this.#common, ...record.words])
    const keys = keysOf(this.#read(record.words), record.password) ?? keysOf(read, undefined)
    if (keys === undefined) throw new RecordError('neither "password" nor "randkey" nor "nokey"')
    if (read.policyTakenBack) throw new RecordError('both "policy" and "clearpolicy"')
    const policy = read.change.policy ?? (!read.clearPolicy && (await this.#hasDefaultPolicy()) ? 'default' : undefined)
    const change = policy === undefined ? read.change : { ...read.change, policy }
    const wipe = () => {
      if (keys.from === 'password') keys.password.wipe()
    }
    return { principal: read.principal, change, keySalts: read.keySalts, keys, [Symbol.dispose]: wipe }
  }

  #read(words: readonly string[]): PrincipalWords {
    try {
      return VERBS.addPrincipal.read(words, this.#talk.reading())
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      const [first = ''] = error.message.split('\n', 1)
      throw new RecordError(first.startsWith('usage:') ? 'add_principal does not take these options' : first)
    }
  }

  /** Asked once in a run. */
  #hasDefaultPolicy(): Promise<boolean> {
    this.#defaultPolicy ??= policyExists('default', this.#talk)
    return this.#defaultPolicy
  }
}

function keysOf({ noKey, randomKey, password }: PrincipalWords, secret: Secret | undefined): AddPrincipalInput['keys'] | undefined {
  if (noKey) return { from: 'nothing' }
  if (randomKey) return { from: 'random' }
  if (secret !== undefined) return { from: 'password', password: secret }
  return password === undefined ? undefined : { from: 'password', password: new Secret(encodeText(password)) }
}
