import { initLine, nameText, requestLine } from '../log-lines.ts'
import { type Answering, NOTHING } from './procedure.ts'

/** Says hello: nothing is kept of it. */
export const init: Answering<'init'> = async (_, { desk, caller, procedure, version }) => {
  desk.log('notice', initLine({ procedure, subject: nameText(caller.client), caller }, version & 0xff))
  return NOTHING
}

/** What kadm5.acl says is found out by trying; MIT's answer to this has been "all" ever since. */
export const getPrivs: Answering<'getPrivs'> = async (_, { desk, caller, procedure }) => {
  desk.log('notice', requestLine({ procedure, subject: nameText(caller.client), caller }, 'success'))
  return { privileges: 0xffffffff }
}
