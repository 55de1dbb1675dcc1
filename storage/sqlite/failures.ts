/** The extended result code of what a driver threw. @see https://sqlite.org/rescode.html */
function codeOf (error: unknown): number | undefined {
  return (error as { errcode?: number }).errcode
}

/** Another connection holds the file for now: SQLITE_BUSY, SQLITE_LOCKED, or SQLITE_PROTOCOL, a lock that was raced for too often. */
export function isBusy (error: unknown): boolean {
  const code = codeOf(error)
  // the low byte is the primary result code
  return code !== undefined && [5, 6, 15].includes(code & 0xff)
}

/**
 * A file could not grow: SQLITE_FULL, which stands for ENOSPC, and what SQLite makes of a quota or a limit
 * of file sizes, SQLITE_IOERR_WRITE and SQLITE_IOERR_SHMSIZE.
 */
export function isFull (error: unknown): boolean {
  return [13, 778, 4874].includes(codeOf(error) as number)
}
