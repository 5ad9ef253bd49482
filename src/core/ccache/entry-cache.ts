import type { Bytes } from '../bytes/bytes.ts'
import type { Principal } from '../principal/principal.ts'
import type { Ccache } from './ccache.ts'
import { configCredential, configEntryOf, isConfigEntry, isConfigFor } from './config-entry.ts'
import type { ConfigEntry, Credential } from './credential.ts'
import type { TimeOffset } from './format.ts'

/** What all kinds of caches have in common: one list of entries, settings among them. */
export abstract class EntryCache implements Ccache {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  abstract principal(): Promise<Principal>
  abstract offset(): Promise<TimeOffset>
  abstract replace(
    client: Principal,
    credentials: readonly Credential[],
    config: readonly ConfigEntry[],
    offset?: TimeOffset,
  ): Promise<void>
  abstract store(credential: Credential): Promise<void>
  abstract entries(): AsyncIterable<Credential>
  abstract remove(match: (credential: Credential) => boolean): Promise<number>
  abstract setConfig(key: string, value: Bytes, server?: Principal): Promise<void>
  abstract destroy(): Promise<void>

  async *credentials(): AsyncIterable<Credential> {
    for await (const entry of this.entries()) if (!isConfigEntry(entry)) yield entry
  }

  async *configEntries(): AsyncIterable<ConfigEntry> {
    for await (const entry of this.entries()) {
      const setting = configEntryOf(entry)
      if (setting !== undefined) yield setting
    }
  }

  async config(key: string, server?: Principal): Promise<Bytes | undefined> {
    let general: Bytes | undefined
    for await (const entry of this.entries()) {
      if (isConfigFor(entry, key, server)) return entry.ticket
      // Some writers leave the principal out where others name it (fast_avail).
      if (isConfigFor(entry, key, undefined)) general ??= entry.ticket
    }
    return general
  }
}

/** Settings first, as kinit writes them. */
export function entriesToWrite(
  client: Principal,
  credentials: readonly Credential[],
  config: readonly ConfigEntry[],
): readonly Credential[] {
  return [...config.map(entry => configCredential(entry, client)), ...credentials]
}

export function settingOf(key: string, value: Bytes, server: Principal | undefined): ConfigEntry {
  return server === undefined ? { key, value } : { key, server, value }
}

/** A list that is known, in the shape of one that is found step by step. */
export async function* listOf<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items
}

export const NO_OFFSET: TimeOffset = { seconds: 0, micros: 0 }
