import { displayText } from '../../core/principal/display.ts'
import { type Call, onTerminal } from '../base.ts'
import type { PasswordPlaces, Remark } from './source.ts'

/** The places of this machine. Remarks go to standard error as they come and into `remarks`, for the JSON document. */
export function passwordPlaces({ env, name, err }: Pick<Call<unknown>, 'env' | 'name' | 'err'>, remarks: Remark[]): PasswordPlaces {
  return {
    prompter: env.prompter,
    keyring: async () => (await import('../../platform/keyring.ts')).openKeyring(),
    fromFile: async path => (await import('../../platform/password-input.ts')).passwordFromFile(path),
    fromDescriptor: async fd => (await import('../../platform/password-input.ts')).passwordFromDescriptor(fd),
    exposedMode: async path => (await import('../../platform/password-input.ts')).exposedMode(path),
    remark: remark => {
      remarks.push(remark)
      if (remark.kind === 'keychain') err(`${name}: ${displayText(remark.text)}\n`)
      else if (onTerminal()) err(`Warning: ${displayText(remark.path)} can be read by others (mode ${octal(remark.mode)})\n`)
    },
  }
}

export function remarkJson(remark: Remark): object {
  return remark.kind === 'keychain' ? remark : { ...remark, mode: octal(remark.mode) }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}
