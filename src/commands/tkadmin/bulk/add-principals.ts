import { VERBS } from '../../../admin/language/index.ts'
import { KrbError } from '../../../core/errors/krb-error.ts'
import { displayText } from '../../../core/principal/display.ts'
import { octetLines } from '../../../platform/octet-lines.ts'
import { Progress } from '../../text/progress.ts'
import { InOrder, type Outputs } from '../in-order.ts'
import { shown } from '../names.ts'
import { forgiven, IF_NOT_EXISTS } from '../own-options.ts'
import type { Talk } from '../talk.ts'
import { InputMaker } from './input.ts'
import { type BulkRecord, RecordError, readRecord } from './record.ts'

/**
 * A principal for each line of the file `path` (`-`: standard input). `common` are options for all of them; what a line says comes
 * after them. Many are under way at once, and what has been done is said in the order of the file, each when it is safe: who is
 * killed in the middle has said nothing that is not there. A line that fails is named, and the others follow.
 */
export async function addPrincipalsFrom(path: string, common: readonly string[], talk: Talk): Promise<object> {
  const progress = new Progress('principals')
  const above = (say: (text: string) => void) => (text: string) => {
    progress.end()
    say(text)
  }
  const run = new BulkAdd(new InputMaker(common, talk), talk, { out: above(text => talk.print(text)), err: above(text => talk.warn(text)) })
  try {
    for await (const { octets, number, share } of octetLines(path, MOST_OCTETS)) {
      if (run.cutOff) {
        talk.fail(`${talk.program}: line ${number} and what follows it were not tried\n`)
        break
      }
      if (octets?.every(octet => BLANKS.has(octet)) !== true) await run.line(octets, number)
      progress.show(run.created + run.unchanged, share)
    }
  } catch (error) {
    if (!(error instanceof KrbError)) throw error
    talk.fail(`${talk.program}: ${error.message} while reading ${displayText(path)}\n`, error)
  }
  await run.settled()
  progress.end()
  const { created, unchanged, failed, failures } = run
  talk.print(`${created} created, ${unchanged} there already, ${failed} failed\n`)
  if (failed > 0) talk.fail(`${talk.program}: ${failed} ${failed === 1 ? 'line' : 'lines'} failed\n`)
  failures.sort((a, b) => a.line - b.line)
  return { changed: created > 0, created, unchanged, failed, failures }
}

interface BulkFailure {
  readonly line: number
  readonly principal: string | null
  readonly code: string
  readonly message: string
}

class BulkAdd {
  created = 0
  unchanged = 0
  failed = 0
  /** The server is gone: nothing more can be done. */
  cutOff = false
  /** The first of them. */
  readonly failures: BulkFailure[] = []
  readonly #maker: InputMaker
  readonly #talk: Talk
  readonly #order: InOrder

  constructor(maker: InputMaker, talk: Talk, outputs: Outputs) {
    this.#maker = maker
    this.#talk = talk
    this.#order = new InOrder(outputs)
  }

  /** Starts on a line; resolves when there is room for it. */
  async line(octets: Uint8Array | undefined, number: number): Promise<void> {
    const record = this.#recordIn(octets, number)
    if (record === undefined) return
    await this.#order.startAbout(record.name, outputs => this.#add(record, number, outputs))
  }

  settled(): Promise<void> {
    return this.#order.settled()
  }

  #recordIn(octets: Uint8Array | undefined, line: number): BulkRecord | undefined {
    try {
      if (octets === undefined) throw new RecordError(`longer than ${MOST_OCTETS} octets`)
      return readRecord(octets)
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
      this.#fail({ line, principal: null, code: 'USAGE', message: error.message }, text => this.#order.say('err', text))
      return undefined
    }
  }

  async #add(record: BulkRecord, line: number, { out, err }: Outputs): Promise<void> {
    try {
      using input = await this.#maker.input(record)
      await this.#talk.api.call(VERBS.addPrincipal, input)
      this.created++
      // A person at a terminal watches the bar instead.
      if (process.stdout.isTTY !== true) out(`Principal "${shown(input.principal)}" created.\n`)
    } catch (error) {
      if (error instanceof KrbError && forgiven(error.code, this.#talk.own, [IF_NOT_EXISTS])) this.unchanged++
      else if (error instanceof KrbError) this.#fail({ line, principal: record.name, code: error.code, message: error.message }, err)
      else if (error instanceof RecordError) this.#fail({ line, principal: record.name, code: 'USAGE', message: error.message }, err)
      else throw error
    }
  }

  #fail(failure: BulkFailure, err: Outputs['err']): void {
    this.failed++
    if (failure.code === 'KADM5_RPC_ERROR') this.cutOff = true
    if (this.failures.length < MOST_FAILURES) this.failures.push(failure)
    const whose = failure.principal === null ? '' : ` while creating "${displayText(failure.principal)}"`
    err(`${this.#talk.program}: line ${failure.line}: ${displayText(failure.message)}${whose}\n`)
  }
}

const MOST_FAILURES = 10_000
const MOST_OCTETS = 65_536
/** Octets of an empty line: blank, tab, carriage return. */
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0d])
