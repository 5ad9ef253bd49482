import type { Env } from '../env.ts'

/** Where tkrealm keeps its realms, one folder each; undefined without a home. */
export function stateFolder(vars: Env['vars']): string | undefined {
  if (vars.XDG_STATE_HOME?.startsWith('/')) return `${vars.XDG_STATE_HOME}/tkrb5`
  return vars.HOME?.startsWith('/') ? `${vars.HOME}/.local/state/tkrb5` : undefined
}

/** The realm of `tkrealm up` without a name. Its krb5.conf is read when a machine has no other. */
export const TKREALM = 'TKREALM.TEST'
