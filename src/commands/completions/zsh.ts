import type { Completable, CompletableOption } from './completable.ts'

/** A file for a folder in zsh's fpath, called _tkrb5. */
export function zshCompletion(programs: readonly Completable[]): string {
  return `#compdef ${programs.map(({ name }) => name).join(' ')}
# Completion of tkrb5's programs in zsh. Made from their options by the build.
case $service in
${programs.map(caseOf).join('')}esac
`
}

function caseOf({ name, options, first }: Completable): string {
  const operands = first.length === 0 ? ["'*:argument:_files'"] : [`'1:request:(${first.join(' ')})'`, "'*:argument:_files'"]
  return `${name})
  _arguments -s \\
${[...options.map(specOf), ...operands].map(spec => `    ${spec}`).join(' \\\n')}
  ;;
`
}

/** `'(-V --verbose)'{-V,--verbose}'[tell what is being done]:value:action'` */
function specOf({ spellings, doc, value, many }: CompletableOption): string {
  const action = value === undefined ? '' : `:${value.name}:${value.isFile ? '_files' : ''}`
  const rest = `'[${escaped(doc)}]${action}'`
  const [only, ...others] = spellings
  if (others.length === 0) return many ? `'*${only}${rest.slice(1)}` : `'${only}${rest.slice(1)}`
  return `${many ? "'*'" : `'(${spellings.join(' ')})'`}{${spellings.join(',')}}${rest}`
}

function escaped(doc: string): string {
  return doc.replace(/[[\]:\\]/g, char => `\\${char}`).replaceAll("'", "'\\''")
}
