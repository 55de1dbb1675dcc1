import { hostErrors } from '../../errors.js'

/** What the store needs of a SQLite binding; `node:sqlite` and `@photostructure/sqlite` both have it. */
export interface SqliteDatabase {
  exec: (sql: string) => void
  prepare: (sql: string) => SqliteStatement
  /** Defines a function that SQL can call. */
  function: (name: string, options: { deterministic: boolean }, run: (value: SqliteValue) => SqliteValue) => void
  close: () => void
  readonly isTransaction: boolean
}

export interface SqliteStatement {
  run: (...parameters: SqliteValue[]) => { lastInsertRowid: number | bigint }
  get: (...parameters: SqliteValue[]) => unknown
  all: (...parameters: SqliteValue[]) => unknown[]
  /** The rows one by one; a loop that is left early ends the statement. */
  iterate: (...parameters: SqliteValue[]) => Iterable<unknown>
}

export type SqliteValue = string | number | null

export interface SqliteDriver {
  DatabaseSync: new (file: string) => SqliteDatabase
}

/** A driver, and what to import for it: two drivers on one file in one process would break each other's locks. */
export interface NamedDriver extends SqliteDriver {
  readonly name: string
}

/** The first SQLite without the defect that can corrupt a WAL file when it is reset. @see https://sqlite.org/releaselog/3_51_3.html */
const soundVersion = [3, 51, 3] as const

function isSound (version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const [soundMajor, soundMinor, soundPatch] = soundVersion
  if (major !== soundMajor) return major > soundMajor
  return minor === soundMinor ? patch >= soundPatch : minor > soundMinor
}

function versionOf ({ DatabaseSync }: SqliteDriver): string {
  const database = new DatabaseSync(':memory:')
  try {
    return (database.prepare('SELECT sqlite_version() AS version').get() as { version: string }).version
  } finally {
    database.close()
  }
}

const drivers = ['node:sqlite', '@photostructure/sqlite'] as const

/** The drivers by name, in the order they are tried; a driver this machine lacks is `undefined`. */
export type LoadDriver = (name: string) => Promise<SqliteDriver | undefined>

const loadInstalled: LoadDriver = async (name) => {
  try {
    return await import(name) as SqliteDriver
  } catch (error) {
    if (['ERR_UNKNOWN_BUILTIN_MODULE', 'ERR_MODULE_NOT_FOUND'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/**
 * The first driver whose SQLite is sound. The choice is by `sqlite_version()`, not by the version of Node.
 * @throws OPS_ERR_SQLITE_DRIVER when there is none.
 */
export async function chooseDriver (load: LoadDriver = loadInstalled): Promise<NamedDriver> {
  const seen: string[] = []
  for (const name of drivers) {
    const driver = await load(name)
    const version = driver === undefined ? undefined : versionOf(driver)
    if (driver !== undefined && version !== undefined && isSound(version)) return { name, DatabaseSync: driver.DatabaseSync }
    seen.push(`${name} ${version === undefined ? 'is not there' : `has SQLite ${version}`}`)
  }
  throw new hostErrors.OPS_ERR_SQLITE_DRIVER(soundVersion.join('.'), seen.join(', '))
}
