import { KrbError } from '../../../core/errors/krb-error.ts'
import { unknownRequest } from '../../requests/line.ts'
import { type Request, RequestFailure } from '../talk.ts'

/** What `help` and `--help` show of one request. */
export function requestHelp({ names, about, usage = '', own = [] }: Request): string {
  const lines = own.map(({ name, value, doc }) => `\t--${name}${value === undefined ? '' : ` ${value}`}: ${doc}\n`)
  return `${names.join(', ')}: ${about}\n${usage}${lines.length === 0 ? '' : `not in kadmin:\n${lines.join('')}`}`
}

/** One request, or without a name all of them, in a line each. */
export function help(requests: () => readonly Request[]): Request {
  return {
    names: ['help'],
    about: 'Show what a request takes.',
    usage: 'usage: help [request]\n',
    unlisted: true,
    run: async ([name], talk) => {
      const chosen = requests().filter(({ names }) => name === undefined || names.includes(name))
      if (name !== undefined && chosen.length === 0) throw new RequestFailure(unknownRequest(name, talk.program), new KrbError('EINVAL'))
      talk.print(
        chosen.map(request => (name === undefined ? `${request.names.join(', ')}: ${request.about}\n` : requestHelp(request))).join(''),
      )
      return { requests: chosen.map(({ names, about, usage }) => ({ names, about, usage: usage ?? null })) }
    },
  }
}
