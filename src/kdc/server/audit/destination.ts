/** One place where the lines of the audit stream go. Nothing here ever waits for a reader. */
export interface AuditTarget {
  /** As the log names it: `FILE:/var/log/audit.json`. */
  readonly name: string
  /** Whether more lines can be taken in: false while a reader stalls or a file cannot be written. */
  readonly hasRoom: boolean
  /** Whole lines. False: they were not taken, and will not be written. */
  write(lines: string): boolean
  /** SIGHUP. */
  reopen(): void
  /** Gives what waits a moment to go out. */
  close(): Promise<void>
}
