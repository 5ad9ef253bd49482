/** Where our programs say something else than MIT's 1.20, and why. */
export interface Difference {
  readonly name: string
  readonly reason: string
  readonly of: 'texts' | 'log'
  /** What of a line is compared: undefined for nothing. */
  level(line: string): string | undefined
}

export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'purgekeys of K/M',
    reason: 'MIT does it. With the master key gone, nothing in the database can be opened again; purge_mkeys of kdb5_util looks first.',
    of: 'texts',
    level: line => (/^(Old keys for|purgekeys: Cannot change protected) .*"K\/M@EX\.TEST"/.test(line) ? undefined : line),
  },
  {
    name: 'purgekeys of K/M, in the log',
    reason: 'The same.',
    of: 'log',
    level: line => line.replace(/(kadm5_purgekeys, K\/M@EX\.TEST), [^,]*/, '$1'),
  },
  {
    name: 'add_alias',
    reason: 'A request of MIT’s 1.22.',
    of: 'texts',
    level: line => (/^add_alias, alias {9}Add alias$/.test(line) ? undefined : line),
  },
  {
    name: 'file descriptors',
    reason: 'MIT says which one it closes at the end of a connection. We have none to tell.',
    of: 'log',
    level: line => (/^\(info\): closing down fd \d+$/.test(line) ? undefined : line),
  },
  {
    name: 'why somebody may not',
    reason: 'MIT leaves administrators with a riddle; we add a line.',
    of: 'log',
    level: line => (/^\(info\): Refused: /.test(line) ? undefined : line),
  },
  {
    name: 'a refused renaming',
    reason: 'MIT writes it twice, first without the new name.',
    of: 'log',
    level: line => (/^\(Notice\): Unauthorized request: kadm5_rename_principal, (?!\S+ to )/.test(line) ? undefined : line),
  },
  {
    name: 'renaming somebody who is not there',
    reason: 'MIT writes it down as unauthorized, which it was not.',
    of: 'log',
    level: line => line.replace(/ Request: (kadm5_rename_principal, .*), Principal does not exist, /, ' Unauthorized request: $1, '),
  },
  {
    name: 'half a character',
    reason: 'A name is cut after 125 octets. Where that leaves a part of a character, we show its octets in hexadecimal.',
    of: 'log',
    level: line => line.replace(/(\ufffd|\\x[0-9a-f]{2})\.\.\./, '...'),
  },
  {
    name: 'control characters',
    reason: 'MIT writes them down as they come, with which a name can look like a line of its own to whoever reads the log at a terminal.',
    of: 'log',
    level: line => line.replace(/\p{Cc}|\\x[01][0-9a-f]/gu, '<control>'),
  },
]
