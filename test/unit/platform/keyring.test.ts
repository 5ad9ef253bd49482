import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { decodeText, encodeText } from '../../../src/core/bytes/text.ts'
import { Secret } from '../../../src/core/secret/secret.ts'
import { openKeyring } from '../../../src/platform/keyring.ts'

/** keytar's own behaviour is tested with a real keychain in test/cli; here it fails on command. */
const keytar = vi.hoisted(() => ({ getPassword: vi.fn(), setPassword: vi.fn(), deletePassword: vi.fn() }))
vi.mock('keytar', () => ({ default: keytar }))

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.resetAllMocks()
})

describe('the keychain', () => {
  it('keeps passwords under the service tkrb5', async () => {
    keytar.getPassword.mockResolvedValueOnce('пароль').mockResolvedValueOnce(null)
    keytar.deletePassword.mockResolvedValueOnce(true)
    const keyring = await openKeyring()
    expect((await keyring.password('a@R'))?.use(decodeText)).toBe('пароль')
    expect(await keyring.password('a@R')).toBeUndefined()
    await keyring.save('a@R', new Secret(encodeText('пароль')))
    expect(await keyring.forget('a@R')).toBe(true)
    expect(keytar.getPassword).toHaveBeenCalledWith('tkrb5', 'a@R')
    expect(keytar.setPassword).toHaveBeenCalledWith('tkrb5', 'a@R', 'пароль')
    expect(keytar.deletePassword).toHaveBeenCalledWith('tkrb5', 'a@R')
  })

  it('says why it cannot be used', async () => {
    keytar.getPassword.mockRejectedValueOnce(new Error('no bus'))
    const keyring = await openKeyring()
    await expect(keyring.password('a@R')).rejects.toMatchObject({ code: 'EIO', message: 'The keychain cannot be used: no bus' })
  })

  it('is not waited for without end', async () => {
    keytar.getPassword.mockReturnValueOnce(new Promise(() => {}))
    const keyring = await openKeyring()
    const asked = expect(keyring.password('a@R')).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    await vi.advanceTimersByTimeAsync(60_000)
    await asked
  })

  it('keeps no octets that are no text, since they would come back as others', async () => {
    const keyring = await openKeyring()
    await expect(keyring.save('a@R', new Secret(Uint8Array.of(0x70, 0xff)))).rejects.toMatchObject({ code: 'EIO' })
    expect(keytar.setPassword).not.toHaveBeenCalled()
  })
})
