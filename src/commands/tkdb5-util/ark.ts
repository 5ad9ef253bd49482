import { newestKvno } from '../../admin/run/entry.ts'
import { randomKeys, supportedKeySalts, wipeKeys } from '../../admin/run/key-salts.ts'
import { nextKvno } from '../../admin/run/rekey.ts'
import { EMPTY } from '../../core/bytes/bytes.ts'
import { parseKeySalts } from '../../core/config/key-salts.ts'
import { KrbError } from '../../core/errors/krb-error.ts'
import { PrincipalAttribute } from '../../core/flags/principal-attributes.ts'
import { displayText } from '../../core/principal/display.ts'
import { parsePrincipal } from '../../core/principal/principal.ts'
import type { KeyData } from '../../kdc/store/entry.ts'
import { readMasterKvno, TlType, timeContents, withTlData } from '../../kdc/store/tl-data.ts'
import { UsageError } from '../base.ts'
import { failed, type MasterWork, onDatabase } from './master-entry.ts'
import { type Done, tried, type Work } from './work.ts'

export interface ArkOptions {
  readonly keySalts: string
  readonly principal: string
}

/** Throws UsageError. */
export function readArk(words: readonly string[]): ArkOptions {
  let keySalts = ''
  let at = 0
  for (; words[at] === '-e'; at += 2) keySalts = words[at + 1] ?? ''
  const principal = words[at]
  if (principal === undefined) throw new UsageError()
  return { keySalts, principal }
}

/** Random keys of the next version in front of those of the present one; older ones go. */
export function addRandomKey(options: ArkOptions, work: Work): Promise<Done> {
  return onDatabase(work, master => add(options, master))
}

async function add({ keySalts, principal: text }: ArkOptions, master: MasterWork): Promise<Done> {
  const { work, store, masterKeys } = master
  const shown = displayText(text)
  const name = await tried(work, `while parsing principal name ${shown}`, async () =>
    parsePrincipal(text, { defaultRealm: work.config.realm }),
  )
  if (name === undefined) return failed(master)
  const entry = await tried(work, `while fetching principal ${shown}`, async () => found(await store.principal(name)))
  if (entry === undefined) return failed(master)
  const seal = await tried(work, 'while finding mkey', async () => {
    if (masterKeys === undefined) throw new KrbError('KRB5_KDB_NOMASTERKEY')
    return masterKeys.version(readMasterKvno(entry.tlData))
  })
  if (seal === undefined) return failed(master)
  const asked = parseKeySalts(keySalts)
  const random = (length: number) => work.env.random(length)
  const kvno = await tried(work, `while randomizing principal ${shown}`, async () => {
    const fresh = randomKeys(asked.length > 0 ? asked : supportedKeySalts(work.config), random)
    try {
      const keyData = fresh.map(({ key }) => ({ etype: key.etype, sealed: seal.sealKey(key, random) }))
      return await store.write(tx => {
        const present = found(tx.principal(entry.principal))
        // Somebody else's change of master key in between would make entries that nobody can open.
        if (readMasterKvno(present.tlData) !== seal.kvno) throw new KrbError('KRB5_KDB_NOMASTERKEY')
        const next = nextKvno(present.keyData)
        const kept = present.keyData.filter(data => data.kvno === newestKvno(present.keyData))
        const added = keyData.map((data): KeyData => ({ version: 1, kvno: next, ...data, saltType: 0, salt: EMPTY }))
        const changed = timeContents(work.env.clock.now().seconds)
        tx.putPrincipal({
          ...present,
          attributes: (present.attributes & ~PrincipalAttribute.REQUIRES_PWCHANGE) >>> 0,
          keyData: [...added, ...kept],
          tlData: withTlData(present.tlData, TlType.LAST_PWD_CHANGE, changed),
        })
        return next
      })
    } finally {
      wipeKeys(fresh)
    }
  })
  if (kvno === undefined) return failed(master)
  work.print(`${shown} changed\n`)
  return { status: master.failures, result: { principal: text, kvno } }
}

function found<T>(entry: T | undefined): T {
  if (entry === undefined) throw new KrbError('KRB5_KDB_NOENTRY')
  return entry
}
