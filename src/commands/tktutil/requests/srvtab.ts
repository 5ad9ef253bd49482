import { Complaint, type Request } from '../request.ts'

export const readSrvtab: Request = gone(['read_st', 'rst'], 'reading')
export const writeSrvtab: Request = gone(['write_st', 'wst'], 'writing')

function gone(names: Request['names'], doing: string): Request {
  return {
    names,
    about: 'Deprecated and removed.',
    async run(_words, _session, called) {
      throw new Complaint(`${called}: ${doing} srvtabs is no longer supported`)
    },
  }
}
