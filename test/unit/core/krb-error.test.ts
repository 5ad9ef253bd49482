import { describe, expect, it } from 'vitest'
import { during, KrbError } from '../../../src/core/errors/krb-error.ts'
import { codeOfProtocolError, ERRORS } from '../../../src/core/errors/tables/index.ts'

describe('errors', () => {
  it('carry the com_err number and the protocol code', () => {
    const error = new KrbError('KRB5KDC_ERR_PREAUTH_FAILED')
    expect(error.number).toBe(-1765328360)
    expect(error.protocolCode).toBe(24)
    expect(new KrbError('KRB5_KDC_UNREACH').protocolCode).toBeUndefined()
    expect(ERRORS.KRB5_KDB_NOENTRY.number).toBe(-1780008443)
    expect(ERRORS.KADM5_UNK_PRINC.number).toBe(43787532)
  })
  it('keep the innermost phrase', async () => {
    const failing = during('outer', () => during('inner', async () => Promise.reject(new KrbError('ENOENT', { path: 'x' }))))
    await expect(failing).rejects.toMatchObject({ code: 'ENOENT', doing: 'inner' })
    expect(new KrbError('ENOENT').during('opening x').describe()).toBe('No such file or directory while opening x')
  })
  it('pass everything else through untouched', async () => {
    const bug = new TypeError('bug')
    await expect(during('x', () => Promise.reject(bug))).rejects.toBe(bug)
  })
  it('know every number of RFC 4120 §7.5.9 and a code for the rest', () => {
    expect(codeOfProtocolError(6)).toBe('KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN')
    expect(codeOfProtocolError(52)).toBe('KRB5KRB_ERR_RESPONSE_TOO_BIG')
    expect(codeOfProtocolError(68)).toBe('KRB5KDC_ERR_WRONG_REALM')
    expect(codeOfProtocolError(119)).toBe('KRB5KRB_ERR_GENERIC')
  })
  it('have distinct numbers', () => {
    const numbers = Object.values(ERRORS).map(row => row.number)
    expect(new Set(numbers).size).toBe(numbers.length)
  })
})
