import { ERRORS } from '../../../../src/core/errors/tables/index.ts'
import { KRB5 } from '../../../../src/core/errors/tables/krb5.ts'
import { Refused } from './client.ts'

/**
 * Words for a program that got no ticket. `received` are the error codes of the KDC's answers, in order; `asked` says whether the KDC was
 * asked at all: a client refuses some things by itself.
 */
export function refusal(exchange: 'AS' | 'TGS', received: readonly number[], asked: boolean, stderr: string): Refused {
  // The library's own complaints have numbers above those of the protocol, and stand among the results of a trace.
  const told = received.find(code => code !== PREAUTH_REQUIRED && code < PROTOCOL_CODES)
  if (told !== undefined) return new Refused(`${exchange} ${nameOf(told)}`)
  const text = /^[\w.-]+: (?:krb5_\w+: )?(.+?)(?: while .*| \(.*\))?$/m.exec(stderr)?.[1] ?? stderr
  return new Refused(`client${asked ? ', of the reply' : ''}: ${BY_TEXT.get(text) ?? text}`)
}

/** What MIT's library and ours write into KRB5_TRACE: errors of the AS, results of the TGS. */
export function errorsInTrace(trace: string): readonly number[] {
  return [...trace.matchAll(/(?:Received error from KDC:|TGS request result:|Got cred;) (-\d+)\//g)].map(
    ([, code]) => Number(code) + 1765328384,
  )
}

function nameOf(code: number): string {
  return BY_NUMBER.get(code) ?? `error ${code}`
}

function short(name: string): string {
  return name.replace(/^KRB5(KDC_ERR|KRB_AP_ERR|KRB_ERR)?_/, '')
}

const PROTOCOL_CODES = 128
const PREAUTH_REQUIRED = 25
const BY_NUMBER: ReadonlyMap<number, string> = new Map(Object.entries(KRB5).map(([name, [offset]]) => [offset, short(name)]))
const BY_TEXT: ReadonlyMap<string, string> = new Map(Object.entries(ERRORS).map(([name, { text }]) => [text, short(name)]))
