import type { Prompter } from '../core/env.ts'
import { displayText } from '../core/principal/display.ts'
import { type Principal, unparsePrincipal } from '../core/principal/principal.ts'
import { Secret } from '../core/secret/secret.ts'
import { askedPassword, type KeySource } from './key-source.ts'

/** Asked for by the prompt `Password for alice@REALM: `. */
export function promptedPassword(prompter: Pick<Prompter, 'secret'>): HeldPassword {
  return new HeldPassword(client => prompter.secret(`Password for ${displayText(unparsePrincipal(client))}: `))
}

/** A password for the several exchanges of one log-in: asked for when the first of them needs it, wiped when all are done. */
export class HeldPassword {
  readonly #ask: (client: Principal) => Promise<Secret>
  #password: Secret | undefined

  constructor(ask: (client: Principal) => Promise<Secret>) {
    this.#ask = ask
  }

  /** For one exchange, which wipes it; the password stays. */
  source(): KeySource {
    return askedPassword(async client => (await this.password(client)).use(octets => Secret.copyOf(octets)))
  }

  /** The password itself, asked for now unless that has happened; the holder keeps it. */
  async password(client: Principal): Promise<Secret> {
    this.#password ??= await this.#ask(client)
    return this.#password
  }

  /** What was asked for or put here last; the holder keeps it. undefined when nobody needed one. */
  get current(): Secret | undefined {
    return this.#password
  }

  /** Takes `password` over. */
  replace(password: Secret): void {
    this.#password?.wipe()
    this.#password = password
  }

  wipe(): void {
    this.#password?.wipe()
  }
  [Symbol.dispose](): void {
    this.wipe()
  }
}
