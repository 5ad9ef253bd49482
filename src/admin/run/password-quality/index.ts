import type { Principal } from '../../../core/principal/principal.ts'
import type { Secret } from '../../../core/secret/secret.ts'
import type { PolicyEntry } from '../../../kdc/store/entry.ts'
import { checkDictionary } from './dictionary.ts'
import { checkNotEmpty } from './empty.ts'
import { checkLengthAndClasses } from './length-and-classes.ts'
import { checkPrincipalName } from './principal-name.ts'

/** A password somebody wants, and what it is judged by. */
export interface PasswordChoice {
  readonly password: Secret
  readonly principal: Principal
  readonly policy: PolicyEntry | undefined
  dictionary(): Promise<ReadonlySet<string> | undefined>
}

/** Throws `KADM5_PASS_Q_...` with the first rule that the password breaks; what is no rule of the policy has MIT's name for it as the parameter `module`. */
export async function checkPasswordQuality(choice: PasswordChoice): Promise<void> {
  for (const check of CHECKS) await check(choice)
}

const CHECKS: readonly ((choice: PasswordChoice) => void | Promise<void>)[] = [
  checkLengthAndClasses,
  checkDictionary,
  checkNotEmpty,
  checkPrincipalName,
]
