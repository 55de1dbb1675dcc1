import { defineFunctions } from './dialect.js'
import type { SqliteDatabase } from './driver.js'

/** Marks the file as one of this package's. */
const applicationId = 0x6f707331

/**
 * Pages of the log at which a commit copies it into the file, 40 MB: for when that was not done beside the event
 * loop, as checkpoints.ts has it, or is too slow.
 */
const autoCheckpointPages = 10_000

/** Each entry brings the file from the version before it; entries are only ever added. */
const migrations = [
  `CREATE TABLE operations (
     tenant TEXT NOT NULL,
     owner TEXT NOT NULL,
     id TEXT NOT NULL,
     type TEXT NOT NULL,
     created TEXT NOT NULL,
     version TEXT NOT NULL,
     text TEXT NOT NULL,
     PRIMARY KEY (tenant, owner, id)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX operations_by_created ON operations (tenant, owner, created, id);
   CREATE TABLE changes (
     sequence INTEGER PRIMARY KEY,
     tenant TEXT NOT NULL,
     owner TEXT NOT NULL,
     id TEXT NOT NULL,
     kind TEXT NOT NULL,
     version TEXT NOT NULL
   ) STRICT;
   CREATE INDEX changes_by_collection ON changes (tenant, owner, sequence);
   CREATE TABLE about (mark TEXT NOT NULL) STRICT;
   INSERT INTO about VALUES (lower(hex(randomblob(6))));`,
  `ALTER TABLE operations ADD COLUMN last_action TEXT NOT NULL DEFAULT '';
   ALTER TABLE operations ADD COLUMN status INTEGER NOT NULL DEFAULT -1;
   UPDATE operations SET
     last_action = coalesce(ops_instant(json_extract(text, '$.lastActionDateTime')), ''),
     status = CASE json_extract(text, '$.status') WHEN 'NotStarted' THEN 0 WHEN 'Running' THEN 1 WHEN 'Completed' THEN 2 WHEN 'Failed' THEN 3 ELSE -1 END;
   CREATE INDEX operations_by_last_action ON operations (tenant, owner, last_action, created, id);
   CREATE INDEX operations_by_status ON operations (tenant, owner, status, created, id);
   ALTER TABLE about ADD COLUMN secret TEXT NOT NULL DEFAULT '';
   UPDATE about SET secret = lower(hex(randomblob(32)));`,
  // no number is given twice: what has one for a collection that is gone must not find another one under it
  `CREATE TABLE collections (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     tenant TEXT NOT NULL,
     owner TEXT NOT NULL,
     UNIQUE (tenant, owner)
   ) STRICT;
   INSERT INTO collections (tenant, owner) SELECT tenant, owner FROM operations UNION SELECT tenant, owner FROM changes;
   DROP INDEX operations_by_created;
   DROP INDEX operations_by_last_action;
   DROP INDEX operations_by_status;
   ALTER TABLE operations RENAME TO named_operations;
   CREATE TABLE operations (
     collection INTEGER NOT NULL,
     id TEXT NOT NULL,
     type TEXT NOT NULL,
     created TEXT NOT NULL,
     last_action TEXT NOT NULL,
     status INTEGER NOT NULL,
     version TEXT NOT NULL,
     text TEXT NOT NULL,
     PRIMARY KEY (collection, id)
   ) STRICT, WITHOUT ROWID;
   INSERT INTO operations SELECT number, id, type, created, last_action, status, version, text
     FROM named_operations JOIN collections USING (tenant, owner) ORDER BY number, id;
   DROP TABLE named_operations;
   CREATE INDEX operations_by_created ON operations (collection, created, id);
   CREATE INDEX operations_by_last_action ON operations (collection, last_action, created, id);
   CREATE INDEX operations_by_status ON operations (collection, status, created, id);
   DROP INDEX changes_by_collection;
   ALTER TABLE changes RENAME TO named_changes;
   CREATE TABLE changes (
     sequence INTEGER PRIMARY KEY,
     collection INTEGER NOT NULL,
     id TEXT NOT NULL,
     kind TEXT NOT NULL,
     version TEXT NOT NULL
   ) STRICT;
   INSERT INTO changes SELECT sequence, number, id, kind, version
     FROM named_changes JOIN collections USING (tenant, owner) ORDER BY sequence;
   DROP TABLE named_changes;
   CREATE INDEX changes_by_collection ON changes (collection, sequence);`
]

function readPragma (database: SqliteDatabase, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() as Record<string, unknown>)[0]
}

function set (database: SqliteDatabase, name: string, value: string, expected: unknown): void {
  database.exec(`PRAGMA ${name}=${value}`)
  const found = readPragma(database, name)
  if (found !== expected) throw new Error(`"PRAGMA ${name}=${value}" left ${String(found)}`)
}

/**
 * Looks before anything is changed: a file of another program is left as it is.
 * @throws Error saying why the file cannot be used
 */
export function checkOwner (database: SqliteDatabase): void {
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
  const isNew = tables === 0 && readPragma(database, 'user_version') === 0
  if (!isNew && readPragma(database, 'application_id') !== applicationId) throw new Error('it is the database of another program')
}

/** @throws Error unless the file is one of a store */
export function checkStore (database: SqliteDatabase): void {
  if (readPragma(database, 'application_id') !== applicationId) throw new Error('it is not the file of a store')
}

/**
 * Settings that an acknowledged write depends on, set at every open and read back, because a file may be opened
 * with other ones without a word.
 * @see https://sqlite.org/pragma.html#pragma_synchronous
 */
export function makeDurable (database: SqliteDatabase): void {
  // waiting for a lock inside SQLite would stop the event loop: the store waits itself
  set(database, 'busy_timeout', '0', 0)
  set(database, 'synchronous', 'FULL', 2)
}

/** Pages that a connection keeps at hand, in KiB: those that lead to any of millions of records, and more. */
const cacheSize = 32_768

/** What belongs to a connection of a store: its settings, and the functions that queries call. */
export function configure (database: SqliteDatabase): void {
  makeDurable(database)
  set(database, 'wal_autocheckpoint', String(autoCheckpointPages), autoCheckpointPages)
  set(database, 'journal_mode', 'WAL', 'wal')
  set(database, 'cache_size', String(-cacheSize), -cacheSize)
  defineFunctions(database)
}

/** Brings the file to the newest version, in one transaction. */
export function migrate (database: SqliteDatabase): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    const version = Number(readPragma(database, 'user_version'))
    if (version > migrations.length) throw new Error(`it was written by a newer version of this package (format ${version}, this one knows ${migrations.length})`)
    for (const sql of migrations.slice(version)) database.exec(sql)
    database.exec(`PRAGMA application_id=${applicationId}`)
    database.exec(`PRAGMA user_version=${migrations.length}`)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
