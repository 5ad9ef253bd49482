import type { EtypeId } from '../../core/registry/etype.ts'
import type { Expiry, InitResult } from '../../kdc-client/initial.ts'
import type { InitWorld } from './run.ts'

/** What people who typed a password should know. */
export type Warning =
  | { readonly kind: 'password-expires'; readonly at: number; readonly inSeconds: number }
  | { readonly kind: 'deprecated-etype'; readonly etype: EtypeId }

export function warningsOf(
  granted: InitResult,
  service: string | undefined,
  { env, isDeprecated }: Pick<InitWorld, 'env' | 'isDeprecated'>,
): readonly Warning[] {
  const warnings: Warning[] = []
  const expiry = service === 'kadmin/changepw' ? undefined : expiryWarning(granted.expiry, env.clock.now().seconds)
  if (expiry !== undefined) warnings.push(expiry)
  const weak = [granted.replyEtype, granted.credential.key.etype].find(isDeprecated)
  if (weak !== undefined) warnings.push({ kind: 'deprecated-etype', etype: weak })
  return warnings
}

/** Within a week, or whenever the KDC says so by last-req. */
function expiryWarning({ password, announced }: Expiry, now: number): Warning | undefined {
  if (password === 0) return undefined
  const inSeconds = Math.max(password - now, 0)
  if (!announced && (inSeconds === 0 || inSeconds > WEEK)) return undefined
  return { kind: 'password-expires', at: password, inSeconds }
}

const WEEK = 7 * 24 * 3600
