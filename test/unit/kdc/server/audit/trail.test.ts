import { describe, expect, it } from 'vitest'
import type { AdminEvent } from '../../../../../src/kdc/audit/event.ts'
import type { AuditTarget } from '../../../../../src/kdc/server/audit/destination.ts'
import { Trail } from '../../../../../src/kdc/server/audit/trail.ts'

const EVENT: AdminEvent = {
  event: 'admin',
  outcome: 'success',
  realm: 'A.TEST',
  address: '127.0.0.1',
  operation: 'kadm5_get_principal',
  client: 'root/admin@A.TEST',
  service: 'kadmin/admin@A.TEST',
  target: 'alice\udcff\u001b@A.TEST',
}

const MEMBERS = JSON.stringify(EVENT).slice(1, -1)

class Target implements AuditTarget {
  readonly name = 'FILE:t'
  readonly taken: string[] = []
  hasRoom = true
  write(lines: string): boolean {
    if (this.hasRoom) this.taken.push(lines)
    return this.hasRoom
  }
  reopen(): void {}
  async close(): Promise<void> {}
}

function trail(options: { required?: boolean; targets?: readonly Target[] } = {}) {
  const targets = options.targets ?? [new Target()]
  const said: string[] = []
  const made = new Trail({
    targets,
    required: options.required ?? false,
    env: { clock: { now: () => ({ seconds: 1_700_000_000, micros: 42 }) }, random: length => new Uint8Array(length).fill(7) },
    log: (_level, text) => void said.push(text),
    isNew: () => false,
  })
  return {
    trail: made,
    target: targets[0]!,
    said,
    lines: () =>
      targets[0]!.taken
        .join('')
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
  }
}

describe('audit trail', () => {
  it('gives each event a version, a name of its own and a time, in one line of plain ASCII or valid Unicode', () => {
    const { trail: made, target, lines } = trail()
    made.record(MEMBERS)
    made.record(MEMBERS)
    expect(target.taken).toEqual([])
    expect(made.flush()).toBe(true)
    expect(lines()).toEqual([1, 2].map(n => ({ schema: 1, id: `070707070707-${n}`, time: '2023-11-14T22:13:20.000042Z', ...EVENT })))
    expect(target.taken.join('')).toContain('alice\\udcff\\u001b@A.TEST')
  })
  it('counts what a target does not take, says so once in the log, and tells the stream when it takes events again', () => {
    const { trail: made, target, said, lines } = trail()
    target.hasRoom = false
    made.record(MEMBERS)
    made.record(MEMBERS)
    expect(made.flush()).toBe(true)
    made.record(MEMBERS)
    made.flush()
    expect(said).toEqual(['audit: FILE:t does not take events, they are lost'])
    target.hasRoom = true
    made.record(MEMBERS)
    made.flush()
    expect(lines()).toMatchObject([{ event: 'lost', count: 3, since: '2023-11-14T22:13:20.000042Z' }, { event: 'admin' }])
    expect(said[1]).toBe('audit: FILE:t takes events again, 3 were lost')
  })
  it('with audit_required is not available while a target has no room, and a flush that fails holds replies back', () => {
    const { trail: made, target } = trail({ required: true })
    expect(made.available).toBe(true)
    target.hasRoom = false
    expect(made.available).toBe(false)
    made.record(MEMBERS)
    expect(made.flush()).toBe(false)
    target.hasRoom = true
    expect(made.available).toBe(true)
    expect(made.flush()).toBe(true)
  })
  it('gives every target every event', () => {
    const targets = [new Target(), new Target()]
    const { trail: made } = trail({ targets })
    targets[0]!.hasRoom = false
    made.record(MEMBERS)
    made.flush()
    expect(targets[1]!.taken).toHaveLength(1)
  })
})
