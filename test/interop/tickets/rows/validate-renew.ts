import type { Ticket } from '../clients/ticket.ts'
import { HOUR, SKEW } from '../entries.ts'
import type { Row, Trial } from '../trial.ts'

/** RFC 4120 §2.3, §2.4 and §3.3.3.1. */
export const VALIDATE_AND_RENEW: readonly Row[] = [
  {
    id: 'validate-before',
    title: 'validate before the start',
    run: async t => (await t.validate(await t.logIn('alice', { startIn: HOUR }))).flags,
  },
  { id: 'validate', title: 'validate after the start', run: async t => (await t.validate(await started(t))).flags },
  { id: 'use-validated', title: 'use it then', run: async t => (await t.use(await t.validate(await started(t)))).flags },
  {
    id: 'postdate-service',
    title: 'postdate a ticket of a service with it',
    run: async t => (await t.postdate(await t.validate(await started(t)), 'svc/plain', HOUR)).flags,
  },
  {
    id: 'postdate-service-plain',
    title: 'postdate a ticket of a service with a TGT that was not postdated',
    run: async t => (await t.postdate(await t.logIn('alice'), 'svc/plain', HOUR)).flags,
  },
  { id: 'use-started', title: 'use it after the start without validating', run: async t => (await t.use(await started(t))).flags },
  { id: 'renew-invalid', title: 'renew it instead of validating', run: async t => (await t.renew(await started(t))).flags },
  { id: 'validate-valid', title: 'validate a valid one', run: async t => (await t.validate(await t.logIn('alice'))).flags },
  {
    id: 'renew',
    title: 'renew before the end',
    run: async t => renewed(t, { life: HOUR, renewableLife: 12 * HOUR }, tgt => tgt.start + 1),
  },
  {
    id: 'renew-after-end',
    title: 'renew after the end, within the clock skew',
    run: async t => renewed(t, { life: 3, renewableLife: 12 * HOUR }, tgt => tgt.end),
  },
  {
    id: 'renew-after-skew',
    title: 'renew after the end and the clock skew',
    run: async t => renewed(t, { life: 3, renewableLife: 12 * HOUR }, tgt => tgt.end + SKEW),
  },
  {
    id: 'renew-after-renew-till',
    title: 'renew after renew-till',
    run: async t => renewed(t, { life: 3, renewableLife: 5 }, tgt => tgt.renewTill ?? tgt.end),
  },
  {
    id: 'renew-up-to-renew-till',
    title: 'renew when less than a life is left until renew-till',
    run: async t => renewed(t, { life: HOUR, renewableLife: HOUR + 2 }, tgt => tgt.start + 3),
  },
  {
    id: 'renew-plain',
    title: 'renew one that is not renewable',
    run: async t => (await t.renew(await t.logIn('alice', { life: HOUR }))).flags,
  },
  {
    id: 'renew-service',
    title: 'renew a ticket of a service',
    run: async t => renewed(t, { life: HOUR, renewableLife: 12 * HOUR, service: 'svc/plain' }, tgt => tgt.start + 1),
  },
]

/** A postdated TGT that has started, farther ahead than the clock skew. */
async function started(t: Trial): Promise<Ticket> {
  const tgt = await t.logIn('alice', { startIn: SKEW + 2, renewableLife: 12 * HOUR })
  await t.after(tgt.start)
  return tgt
}

async function renewed(
  t: Trial,
  wish: { readonly life: number; readonly renewableLife: number; readonly service?: string },
  when: (ticket: Ticket) => number,
): Promise<string> {
  const old = await t.logIn('alice', wish)
  await t.after(when(old))
  const renewed = await t.renew(old)
  return `${renewed.flags}, ${lifeAgain(old, renewed)}${renewed.renewTill === old.renewTill || renewed.renewTill === undefined ? '' : ', another renew-till'}`
}

function lifeAgain(old: Ticket, renewed: Ticket): string {
  const { start, end } = renewed
  if (end === old.renewTill) return 'ends at renew-till'
  if (end === old.end) return 'the same end'
  return end - start === old.end - old.start ? 'the same life again' : `life ${end - start} s`
}
