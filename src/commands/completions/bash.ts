import type { Completable } from './completable.ts'

/** A file for bash: for `source`, or for a folder of bash-completion. */
export function bashCompletion(programs: readonly Completable[]): string {
  return `# Completion of tkrb5's programs in bash. Made from their options by the build.
_tkrb5() {
  local current=$2 previous=$3 options files values first word operands=0 i
  COMPREPLY=()
  case \${1##*/} in
${programs.map(caseOf).join('')}  *) return ;;
  esac
  case $files in *" $previous "*) _tkrb5_files "$current"; return ;; esac
  case $values in *" $previous "*) return ;; esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$files$values" in *" $word "*) ((i++)); continue ;; esac
    case $word in -*) ;; *) ((operands++)) ;; esac
  done
  case $current in
  -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current") ;;
  *)
    if [ $operands -eq 0 ] && [ -n "$first" ]; then mapfile -t COMPREPLY < <(compgen -W "$first" -- "$current")
    else _tkrb5_files "$current"; fi
    ;;
  esac
}
_tkrb5_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}
complete -F _tkrb5 ${programs.map(({ name }) => name).join(' ')}
`
}

function caseOf({ name, options, first }: Completable): string {
  const spelled = (chosen: Completable['options']) => chosen.flatMap(({ spellings }) => spellings).join(' ')
  const files = spelled(options.filter(({ value }) => value?.isFile === true))
  const values = spelled(options.filter(({ value }) => value?.isFile === false))
  return `  ${name})
    options='${spelled(options)}'
    files=' ${files} ' values=' ${values} '
    first='${first.join(' ')}'
    ;;
`
}
