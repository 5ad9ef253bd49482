import { DAY, HOUR, MINUTE } from '../entries.ts'
import type { Row, Trial } from '../trial.ts'

/** Life is the least of four limits (RFC 4120 §3.1.3), five in the TGS (§3.3.3); renewable life as well. */
export const LIMITS: readonly Row[] = [
  { id: 'life-request', title: 'life: the request', run: t => lifeOf(t, 'alice', 10 * MINUTE) },
  { id: 'life-realm', title: 'life: the realm', run: t => lifeOf(t, 'alice', 5 * DAY) },
  { id: 'life-client', title: "life: the client's entry", run: t => lifeOf(t, 'u-short', 5 * DAY) },
  { id: 'life-service', title: "life: the service's entry", run: t => lifeOf(t, 'alice', 5 * DAY, 'svc/short') },
  {
    id: 'life-tgs-service',
    title: "life: the service's entry, with a TGT",
    run: async t => {
      const tgt = await t.logIn('alice')
      return t.life(await t.use(tgt, 'svc/short'), DAY, tgt)
    },
  },
  {
    id: 'life-tgs-tgt',
    title: 'life: the TGT',
    run: async t => {
      const tgt = await t.logIn('alice', { life: HOUR })
      return t.life(await t.use(tgt), HOUR, tgt)
    },
  },
  { id: 'renewable-request', title: 'renewable life: the request', run: t => renewableLifeOf(t, 'alice', 12 * HOUR) },
  { id: 'renewable-realm', title: 'renewable life: the realm', run: t => renewableLifeOf(t, 'alice', 30 * DAY) },
  { id: 'renewable-client', title: "renewable life: the client's entry", run: t => renewableLifeOf(t, 'u-short', 30 * DAY) },
  { id: 'renewable-service', title: "renewable life: the service's entry", run: t => renewableLifeOf(t, 'alice', 30 * DAY, 'svc/short') },
  {
    id: 'renewable-tgs-service',
    title: "renewable life: the service's entry, with a TGT",
    run: async t => {
      const tgt = await t.logIn('alice', { renewableLife: 6 * DAY })
      return t.renewableLife(await t.use(tgt, 'svc/short'), 6 * DAY, tgt)
    },
  },
  {
    id: 'renewable-tgs-tgt',
    title: 'renewable life: the TGT',
    run: async t => {
      const tgt = await t.logIn('alice', { renewableLife: 6 * DAY })
      return t.renewableLife(await t.use(tgt), 6 * DAY, tgt)
    },
  },
]

async function lifeOf(t: Trial, name: string, life: number, service?: string): Promise<string> {
  return t.life(await t.logIn(name, { life, ...(service !== undefined && { service }) }), life)
}

async function renewableLifeOf(t: Trial, name: string, renewableLife: number, service?: string): Promise<string> {
  return t.renewableLife(await t.logIn(name, { life: HOUR, renewableLife, ...(service !== undefined && { service }) }), renewableLife)
}
