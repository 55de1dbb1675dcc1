/** One rule broken in the sources of a store. */
export interface Fault {
  readonly engine: 'memory' | 'sqlite' | 'postgres'
  /** What stands in a file once, and what stands there instead. */
  readonly changes: ReadonlyArray<readonly [file: string, from: string, to: string]>
  /** The cases of the suite that have to notice, each by itself. */
  readonly caughtBy: readonly string[]
}

const sqlite = 'storage/sqlite/index.ts'
const writes = 'storage/sqlite/writes.ts'
const reads = 'storage/sqlite/reads.ts'
const queue = 'storage/sqlite/commit-queue.ts'
const statements = 'storage/sqlite/statements.ts'
const dialect = 'storage/sqlite/dialect.ts'
const select = 'storage/sql/select.ts'
const postgresStatements = 'storage/postgres/statements.ts'
const postgresTransaction = 'storage/postgres/transaction.ts'
const postgresDialect = 'storage/postgres/dialect.ts'
const postgresTurn = 'storage/postgres/once-a-turn.ts'

const anyVersion = [
  [postgresStatements, 'AND id = $3 AND version = $10 AND', 'AND id = $3 AND $10::text IS NOT NULL AND'],
  [postgresStatements, ' AND version = wanted.expected', '']
] as const

/** What the file has is read each time: what is kept in front of it hides the mistakes of its statements. */
const keepNothing = ['storage/sqlite/kept-records.ts', '    young.set(key, record)\n', ''] as const

/** A parameter is still bound, and decides nothing. */
const anyTenant = "coalesce(?, '') <> '' AND owner = ?"
const ofAnyTenant = `collection IN (SELECT number FROM collections WHERE ${anyTenant})`
const withoutTenant = ".replace(/= (\\(SELECT .*)tenant = \\?\\d+ AND /, 'IN $1')"

/** Stores that are broken inside, by what they do. */
export const faults: Readonly<Record<string, Fault>> = {
  'have no version in the WHERE of a write': {
    engine: 'sqlite',
    changes: [[writes, 'findConflict(change, found?.version)', "findConflict(change.kind === 'insert' ? change : { ...change, expectedVersion: found?.version ?? '' }, found?.version)"]],
    caughtBy: ['replace: only the expected version', 'remove: with and without an expected version', 'commit: of many writers that expect one version, one wins', 'races: in every round one of many writers wins', 'peers: whoever tries again gets through, and nothing is counted twice']
  },
  'acknowledge before COMMIT': {
    engine: 'sqlite',
    changes: [
      [writes, "database.exec('BEGIN IMMEDIATE')", "if (!database.isTransaction) database.exec('BEGIN IMMEDIATE')"],
      [writes, "database.exec('COMMIT')", "setTimeout(() => { try { database.exec('COMMIT') } catch {} }, 5)"],
      ['storage/sqlite/snapshot.ts', "database.exec('BEGIN')", "if (!database.isTransaction) database.exec('BEGIN')"]
    ],
    caughtBy: ['peers: what one acknowledged the other one reads']
  },
  'have no tenant in the WHERE of find': {
    engine: 'sqlite',
    changes: [[statements, 'AS record FROM operations WHERE ${inThis} AND id = ?`', `AS record FROM operations WHERE ${ofAnyTenant} AND id = ?\``], keepNothing],
    caughtBy: ['isolation: nothing of another tenant or owner', 'isolation: writes meet nothing of another tenant or owner']
  },
  'have no tenant in the WHERE of list': {
    engine: 'sqlite',
    changes: [[select, 'compileRange(collection, entry.range, dialect, binder)', `compileRange(collection, entry.range, dialect, binder)${withoutTenant}`]],
    caughtBy: ['isolation: nothing of another tenant or owner', 'isolation: of every query, page, count and change']
  },
  'have no tenant in the WHERE of a list that is sorted': {
    engine: 'sqlite',
    changes: [[select, 'FROM ${table} WHERE ${compileRange(collection, range, dialect, binder)}`\n      const after', `FROM \${table} WHERE \${compileRange(collection, range, dialect, binder)${withoutTenant}}\`\n      const after`]],
    caughtBy: ['isolation: of every query, page, count and change']
  },
  'have no tenant in the WHERE of count': {
    engine: 'sqlite',
    changes: [[select, '[compileRange(collection, range, dialect, binder), where(residual, binder)]', `[compileRange(collection, range, dialect, binder)${withoutTenant}, where(residual, binder)]`]],
    caughtBy: ['isolation: nothing of another tenant or owner', 'isolation: of every query, page, count and change']
  },
  'have no tenant in the WHERE of changes': {
    engine: 'sqlite',
    changes: [[statements, 'FROM changes WHERE ${inThis} AND', `FROM changes WHERE ${ofAnyTenant} AND`]],
    caughtBy: ['isolation: nothing of another tenant or owner', 'isolation: of every query, page, count and change']
  },
  'have no tenant in the WHERE of the number of a collection': {
    engine: 'sqlite',
    changes: [[statements, "'SELECT number FROM collections WHERE tenant = ? AND owner = ?'", `"SELECT number FROM collections WHERE ${anyTenant}"`]],
    caughtBy: ['isolation: nothing of another tenant or owner', 'isolation: writes meet nothing of another tenant or owner']
  },
  'count versions from 1 for every record': {
    engine: 'sqlite',
    changes: [[writes, 'const version = makeVersion()', "const version = `v${Number(found?.version.slice(1) ?? 0) + 1}`"]],
    caughtBy: ['versions: never the same twice, not after removal either', 'isolation: writes meet nothing of another tenant or owner']
  },
  'count versions from 1 in every process': {
    engine: 'sqlite',
    changes: [[writes, 'const makeVersion = makeVersions()', 'let versions = 0\n  const makeVersion = () => `v${versions += 1}`']],
    caughtBy: ['peers: what was closed is there again']
  },
  'undo the commits beside one that is refused': {
    engine: 'sqlite',
    changes: [[writes, "if (changes.length > 1) database.exec('ROLLBACK TO changes; RELEASE changes')", "database.exec('ROLLBACK; BEGIN IMMEDIATE')"]],
    caughtBy: ['commit: one that fails does not fail those beside it']
  },
  'keep a part of a commit that is refused': {
    engine: 'sqlite',
    changes: [[writes, "'ROLLBACK TO changes; RELEASE changes'", "'RELEASE changes'"]],
    caughtBy: ['commit: all changes or none', 'commit: the first change that meets a conflict is named', 'commit: a thousand changes, all or nothing']
  },
  'fill a LIKE with what is searched for': {
    engine: 'sqlite',
    changes: [[dialect, '`(instr(${text}, ${part}) > 0)`', "`(${text} LIKE '%' || ${part} || '%')`"]],
    caughtBy: ['filter: functions of texts, null of null', 'filter: every function of every text, nothing a pattern']
  },
  'fill a GLOB with what is searched for': {
    engine: 'sqlite',
    changes: [[dialect, '`(instr(${text}, ${part}) > 0)`', "`(${text} GLOB '*' || ${part} || '*')`"]],
    caughtBy: ['filter: every function of every text, nothing a pattern']
  },
  'know the case of ASCII only': {
    engine: 'sqlite',
    changes: [[dialect, '`ops_lower(${text})`', '`lower(${text})`']],
    caughtBy: ['filter: the case of every text']
  },
  'take ids for the same whatever their case': {
    engine: 'sqlite',
    changes: [['storage/sqlite/migrations.ts', 'collection INTEGER NOT NULL,\n     id TEXT NOT NULL,\n     type', 'collection INTEGER NOT NULL,\n     id TEXT NOT NULL COLLATE NOCASE,\n     type']],
    caughtBy: ['find: what was inserted, and nothing else', 'find: ids, owners and tenants of every permitted character, as long as they may be']
  },
  'break no ties': {
    engine: 'sqlite',
    changes: [[select, "const order = total.map(", 'const order = total.slice(0, 1).map(']],
    caughtBy: ['order: null lowest, then creation, then id, in the direction of the last', 'order: every kind of value, both ways, beside every column']
  },
  'put null above every value': {
    engine: 'sqlite',
    changes: [[dialect, "`${term} ${descending ? 'DESC' : 'ASC'}`", "`${term} ${descending ? 'DESC NULLS FIRST' : 'ASC NULLS LAST'}`"]],
    caughtBy: ['order: null lowest, then creation, then id, in the direction of the last', 'filter and order: whatever they are made of, they mean what they mean']
  },
  'begin a page with the last record of the one before': {
    engine: 'sqlite',
    changes: [[select, "${descending ? '<' : '>'} (", "${descending ? '<=' : '>='} ("]],
    caughtBy: ['order: null lowest, then creation, then id, in the direction of the last', 'pages: what keeps its place is seen once, whatever comes and goes', 'isolation: of every query, page, count and change']
  },
  'begin a page after a record and not after its place': {
    engine: 'sqlite',
    changes: [[select, "(${entry.start.map(binder.bind).join(', ')})`", "(SELECT ${open.join(', ')} FROM operations WHERE ${dialect.inCollection(binder.bind(collection.tenant), binder.bind(collection.owner))} AND id = ${binder.bind(entry.start.at(-1) as string)})`"]],
    caughtBy: ['pages: what keeps its place is seen once, whatever comes and goes', 'pages: after the place of a record that is not there']
  },
  'leave removals out of the history': {
    engine: 'sqlite',
    changes: [[writes, 'statements.remember.run(', "if (change.kind !== 'remove') statements.remember.run("]],
    caughtBy: ['changes: every commit in order, removals included, resumable anywhere', 'changes: nothing is missed under concurrent writers', 'commit: one id several times', 'peers: what was closed is there again']
  },
  'move a cursor past what it has not shown': {
    engine: 'sqlite',
    changes: [[reads, 'cursors.toCursor(found.at(-1) ?? end)', 'cursors.toCursor(end)']],
    caughtBy: ['changes: every commit in order, removals included, resumable anywhere', 'changes: nothing is missed under concurrent writers', 'peers: no change is missed while both write']
  },
  'give the removal the version of what it removes': {
    engine: 'sqlite',
    changes: [[writes, 'const version = makeVersion()', "const version = change.kind === 'remove' ? found?.version as string : makeVersion()"]],
    caughtBy: ['changes: every commit in order, removals included, resumable anywhere', 'commit: one id several times']
  },
  'take the cursor of another store': {
    engine: 'sqlite',
    changes: [[reads, ' && cursors.toCursor(place) === cursor ? place : undefined', ' ? place : undefined']],
    caughtBy: ['changes: a cursor that is not of this store is expired', 'peers: the secret and the cursors are the same']
  },
  'count without the filter': {
    engine: 'sqlite',
    changes: [[select, '[compileRange(collection, range, dialect, binder), where(residual, binder)]', '[compileRange(collection, range, dialect, binder)]']],
    caughtBy: ['filter: functions of texts, null of null', 'filter and order: whatever they are made of, they mean what they mean']
  },
  'find what they remember, also when another process changed it': {
    engine: 'sqlite',
    changes: [['storage/sqlite/kept-records.ts', 'if (now === dataVersion) return true', 'if (now > 0) return true']],
    caughtBy: ['peers: what one acknowledged the other one reads']
  },
  'read long lists in a state of the file that is gone': {
    engine: 'sqlite',
    changes: [['storage/sqlite/read-worker.ts', 'const inSnapshot = makeSnapshots(database)', "database.exec('BEGIN')\ndatabase.prepare('SELECT mark FROM about').get()\nconst inSnapshot = <T>(action: () => T): T => action()"]],
    caughtBy: ['commit: a thousand changes, all or nothing']
  },
  'make a new secret at every open': {
    engine: 'sqlite',
    changes: [[sqlite, 'const { secret } = statements.about.get() as { secret: string }', 'const secret = String([1, 2, 3].map(Math.random))']],
    caughtBy: ['peers: the secret and the cursors are the same', 'peers: what was closed is there again']
  },
  'make a new history at every open': {
    engine: 'sqlite',
    changes: [[reads, 'makeCursors(mark)', 'makeCursors(mark + Math.random())']],
    caughtBy: ['peers: the secret and the cursors are the same', 'peers: what was closed is there again']
  },
  'compare instants as they are written': {
    engine: 'sqlite',
    changes: [[dialect, '`ops_instant(${readings.text(path)})`', 'readings.text(path)']],
    caughtBy: ['filter: enumerations by number, date-times by instant', 'filter: every comparison of every instant']
  },
  'write the text of a record anew': {
    engine: 'sqlite',
    changes: [[writes, 'lastAction, status, text, version)', 'lastAction, status, JSON.stringify(JSON.parse(text)), version)'], keepNothing],
    caughtBy: ['find: what is kept is what was given, character for character']
  },
  'take the end of what may be read for the end': {
    engine: 'sqlite',
    changes: [['storage/sqlite/scanner.ts', 'return run(selects.probeWalk(candidate, total, page, maxScanned)).length > 0 ? undefined : found', 'return found']],
    caughtBy: ['limits: a long filter is checked of fewer records']
  },
  'acknowledge what waits when they are closed, and do not write it': {
    engine: 'sqlite',
    changes: [[queue, 'for (const entry of this.#write()) entry.reject(new StoreUnavailableError(busyMessage))', 'for (const { resolve } of this.#waiting.splice(0)) resolve({ committed: true, records: [] })']],
    caughtBy: ['peers: what was acknowledged while the store was closed is there again']
  },
  'order texts by UTF-16': {
    engine: 'memory',
    changes: [['storage/query/evaluate.ts', 'return unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit', 'return unit']],
    caughtBy: ['order: texts by code point, by their first 256 characters']
  },
  'leave in an index what was replaced': {
    engine: 'memory',
    changes: [['storage/memory/sorted-index.ts', 'this.#sorted.replace(before, after)', 'this.#sorted.add(after)']],
    caughtBy: ['commit: what is acknowledged is read', 'races: commits of several records that overlap are made one after the other']
  },
  'check each change of a commit against what was there before all of them': {
    engine: 'memory',
    changes: [['storage/change.ts', 'ahead.has(id) ? ahead.get(id) : versionOf(id)', 'versionOf(id)']],
    caughtBy: ['commit: all changes or none', 'commit: a change meets what the changes before it left behind', 'commit: the first change that meets a conflict is named', 'commit: one id several times']
  },
  'join tenant and owner to one name': {
    engine: 'memory',
    changes: [['storage/memory/index.ts', 'return shelves.get(tenant)?.get(owner)', "return shelves.get(tenant + owner)?.get('')"], ['storage/memory/index.ts', 'shelves.set(collection.tenant, owners.set(collection.owner, shelf))', "shelves.set(collection.tenant + collection.owner, owners.set('', shelf))"]],
    caughtBy: ['isolation: of every query, page, count and change']
  },
  'update a row whatever its version': {
    engine: 'postgres',
    changes: anyVersion,
    caughtBy: ['replace: only the expected version', 'commit: of many writers that expect one version, one wins', 'peers: in every round one of many writers wins']
  },
  'number changes in the order they are begun, not in the order they are committed': {
    engine: 'postgres',
    changes: [
      ['storage/postgres/migrations.ts', '`CREATE TABLE ${schema}.changes (', '`CREATE SEQUENCE ${schema}.numbers`,\n    `CREATE TABLE ${schema}.changes ('],
      [postgresStatements, 'UPDATE ${collections} SET sequence = sequence + 1 WHERE ${inCollection} RETURNING sequence, forgotten', "SELECT nextval('${schema}.numbers') AS sequence, forgotten FROM ${collections} WHERE ${inCollection}"],
      [postgresStatements, 'UPDATE ${collections} SET sequence = sequence + $3 WHERE ${inCollection}`', 'SELECT 1 FROM ${collections} WHERE ${inCollection} AND $3::bigint > 0`'],
      [postgresStatements, 'SELECT sequence - $${furtherPlaces[kind]} AS sequence', "SELECT nextval('${schema}.numbers') + 0 * $${furtherPlaces[kind]}::bigint AS sequence"],
      [postgresStatements, 'SELECT $1, $2, sequence - CAST(further AS bigint), id,', "SELECT $1, $2, nextval('${schema}.numbers'), id,"],
      // others may have been first, who waited for their turn before
      [postgresTransaction, 'throw new StoreUnavailableError(leftOut)', "throw Object.assign(new Error(leftOut), { code: '40001', severity: 'ERROR' })"],
      // what makes it as good as certain is that every other transaction takes long enough for others to begin, end and be seen
      ['storage/postgres/connections.ts', 'let opening: Promise<Shared> | undefined', 'let transactions = 0\n  let opening: Promise<Shared> | undefined'],
      ['storage/postgres/connections.ts', "await client.query({ text: 'COMMIT' })", "await new Promise((resolve) => { setTimeout(resolve, (transactions += 1) % 2 * 200) })\n          await client.query({ text: 'COMMIT' })"]
    ],
    caughtBy: ['peers: no change is missed while both write']
  },
  'have no tenant in the WHERE of an update': {
    engine: 'postgres',
    changes: [[postgresStatements, 'WHERE ${inCollection} AND id = $3 AND version = $10 AND', "WHERE $1 <> '' AND owner = $2 AND id = $3 AND (version = $10 OR tenant <> $1) AND"]],
    caughtBy: ['isolation: writes meet nothing of another tenant or owner']
  },
  'look at versions before it is their turn to write': {
    engine: 'postgres',
    changes: [
      [postgresTransaction, 'changes: readonly Change[]): Promise<CommitOutcome> {\n  const { statements, makeVersion', 'changes: readonly Change[], versions: Map<string, string>): Promise<CommitOutcome> {\n  const { statements, makeVersion'],
      [postgresTransaction, '  const versions = await readVersions(run, statements, collection, changes)\n', ''],
      [postgresTransaction, 'return await writer.connections.transact(', 'const early = await readVersions(writer.connections.read, writer.statements, collection, changes)\n  return await writer.connections.transact('],
      [postgresTransaction, ' commitInTurn(run, writer, collection, changes)', ' commitInTurn(run, writer, collection, changes, early)'],
      ...anyVersion
    ],
    caughtBy: ['peers: commits of several records that overlap are made one after the other']
  },
  'take a turn where there is none to take yet': {
    engine: 'postgres',
    changes: [
      [postgresTransaction, 'run(statements.begin(collection)), ', ''],
      [postgresTransaction, 'const { together, alone } = group(changes, isKeyed)\n', 'const { together, alone } = group(changes, isKeyed)\n  await new Promise((resolve) => { setTimeout(resolve, 40 * Math.random()) })\n']
    ],
    caughtBy: ['peers: the first commits of a collection are made once, whoever is first']
  },
  'answer the lists of all tenants that ask at once with those of one': {
    engine: 'postgres',
    changes: [[postgresTurn, 'JSON.stringify(statement.parameters)', 'JSON.stringify(statement.parameters.slice(1))']],
    caughtBy: ['isolation: of what is asked for at once']
  },
  'answer the lists of all owners that ask at once with those of one': {
    engine: 'postgres',
    changes: [[postgresTurn, 'JSON.stringify(statement.parameters)', 'JSON.stringify([statement.parameters[0], ...statement.parameters.slice(2)])']],
    caughtBy: ['isolation: of what is asked for at once']
  },
  'answer whoever asks at once with one page': {
    engine: 'postgres',
    changes: [[postgresTurn, 'JSON.stringify(statement.parameters)', 'JSON.stringify(statement.parameters.slice(0, 2))']],
    caughtBy: ['isolation: of what is asked for at once']
  },
  'answer whoever asks with what is on its way to others': {
    engine: 'postgres',
    changes: [
      [postgresTurn, '        turn = undefined\n', ''],
      [postgresTurn, 'end.then(async () => await read(statement))', 'end.then(async () => await read(statement)).finally(() => { turn = undefined })']
    ],
    caughtBy: ['commit: what is acknowledged is read, whoever asked for the same before']
  },
  "order texts by the database's language": {
    engine: 'postgres',
    changes: [[postgresDialect, "const byCodePoint = 'COLLATE \"C\"'", "const byCodePoint = ''"]],
    caughtBy: ['order: texts by code point, by their first 256 characters', 'filter: every comparison of every text']
  },
  'leave null where the database puts it': {
    engine: 'postgres',
    changes: [[postgresDialect, "${descending ? 'DESC NULLS LAST' : 'ASC NULLS FIRST'}", "${descending ? 'DESC' : 'ASC'}"]],
    caughtBy: ['order: null lowest, then creation, then id, in the direction of the last']
  },
  'fill a LIKE with the start that is searched for': {
    engine: 'postgres',
    changes: [[postgresDialect, '`starts_with(${text}, ${part})`', "`(${text} LIKE ${part} || '%')`"]],
    caughtBy: ['filter: every function of every text, nothing a pattern']
  },
  'keep date-times as the database does, in microseconds': {
    engine: 'postgres',
    changes: [[postgresDialect, "rpad(coalesce(parts[7], ''), 7, '0')", "rpad(left(coalesce(parts[7], ''), 6), 7, '0')"]],
    caughtBy: ['filter: enumerations by number, date-times by instant', 'filter: every comparison of every instant']
  }
}
