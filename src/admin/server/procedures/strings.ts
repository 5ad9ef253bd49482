import { KrbError } from '../../../core/errors/krb-error.ts'
import { VERBS } from '../../language/index.ts'
import { guarded, required } from '../guard.ts'
import { type Answering, NOTHING } from './procedure.ts'

export const getStrings: Answering<'getStrings'> = async ({ principal: asked }, call) => {
  const principal = required(asked)
  return guarded(call, 'getStrings', { principal }, async () => {
    const strings = await call.api.call(VERBS.getStrings, { principal })
    return { strings: strings.map(([key, value]) => ({ key, value })) }
  })
}

export const setString: Answering<'setString'> = async ({ principal: asked, key: name, value }, call) => {
  const principal = required(asked)
  return guarded(call, 'setString', { principal }, async () => {
    if (name === undefined) throw new KrbError('EINVAL')
    await call.api.call(VERBS.setString, value === undefined ? { principal, name } : { principal, name, value })
    return NOTHING
  })
}
