import type { Completable, CompletableOption } from './completable.ts'

/** A file for fish's folder of completions or for `source`. */
export function fishCompletion(programs: readonly Completable[]): string {
  return `# Completion of tkrb5's programs in fish. Made from their options by the build.
function __tkrb5_first -d 'No operand yet; the arguments are the options that take a value'
    set -l words (commandline -opc)
    set -l value 0
    for word in $words[2..]
        if test $value -eq 1
            set value 0
        else if contains -- $word $argv
            set value 1
        else if not string match -q -- '-*' $word
            return 1
        end
    end
end
${programs.flatMap(program => [...program.options.map(option => optionLine(program.name, option)), ...firstLines(program)]).join('\n')}
`
}

function optionLine(program: string, { spellings, doc, value }: CompletableOption): string {
  const spelled = spellings.map(spelling => {
    if (spelling.startsWith('--')) return `-l ${spelling.slice(2)}`
    return spelling.length === 2 ? `-s ${spelling.slice(1)}` : `-o ${spelling.slice(1)}`
  })
  const kind = value === undefined ? [] : value.isFile ? ['-r', '-F'] : ['-x']
  return ['complete', '-c', program, ...spelled, ...kind, '-d', quoted(doc)].join(' ')
}

function firstLines({ name, options, first }: Completable): readonly string[] {
  if (first.length === 0) return []
  const valued = options.filter(({ value }) => value !== undefined).flatMap(({ spellings }) => spellings)
  return [`complete -c ${name} -f -n ${quoted(['__tkrb5_first', ...valued].join(' '))} -a ${quoted(first.join(' '))}`]
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, char => `\\${char}`)}'`
}
