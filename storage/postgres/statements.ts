import { committedKinds, idOf } from '../change.js'
import type { Parameter } from '../sql/dialect.js'
import type { Change, Collection, Key } from '../store.js'
import type { Statement } from './connections.js'
import { joinTexts, record, toJoined, together, toTexts } from './records.js'

/** A change with the version it makes. */
export interface VersionedChange {
  readonly change: Change
  readonly version: string
}

/** A change that is made together with others; `further` changes of its transaction come after it. */
export interface PlacedChange extends VersionedChange {
  readonly change: Exclude<Change, { readonly kind: 'remove' }>
  readonly further: number
}

/** The statements of the store; each is about one collection, whose tenant and owner are its first parameters. */
export interface Statements {
  readonly find: (key: Key) => Statement
  /** What is there of so many ids, {@link togetherLimit} at most. */
  readonly findAll: (collection: Collection, ids: readonly string[]) => Statement
  /** Finds nothing, and fails where nothing can be written. */
  readonly check: () => Statement
  /** The versions of some records. */
  readonly versions: (collection: Collection, ids: readonly string[]) => Statement
  /** Makes the row that writers of a collection take turns at. */
  readonly begin: (collection: Collection) => Statement
  /**
   * Makes a change and remembers it: a row with `last`, its number in the history, and `forgotten`, where the history
   * begins; no row when it meets a conflict.
   */
  readonly apply: (collection: Collection, change: VersionedChange) => Statement
  /** Waits for the turn of a collection, and has it until the end of the transaction. Does nothing before `begin`. */
  readonly takeTurn: (collection: Collection, changes: number) => Statement
  /** {@link apply} in a transaction that has its turn; `further` changes of it come after this one. */
  readonly applyInTurn: (collection: Collection, change: VersionedChange, further: number) => Statement
  /**
   * {@link applyInTurn} for several changes of one kind and of different ids, two at least: one row, with `ids` of what
   * was made, joined. Replacements go by the key of the table, which has to be known to the database.
   */
  readonly applyTogether: (collection: Collection, made: readonly PlacedChange[]) => Statement
  /**
   * One row for each change after a place in the history, by default the earliest; one row without `id` if there is
   * none. Each has `forgotten`, the earliest place, and `before`, the version of the change at the place.
   */
  readonly changes: (collection: Collection, after: number | undefined, limit: number) => Statement
  /** Drops the history up to a place. The change at the place stays: it tells which cursors are of this history. */
  readonly forget: (collection: Collection, sequence: number) => Statement
}

const inCollection = 'tenant = $1 AND owner = $2'

/** Each kind of change as a statement; $3 is the id, $4 the new version. */
const changeSql: Readonly<Record<Change['kind'], (operations: string) => string>> = {
  insert: (operations) => `INSERT INTO ${operations} (tenant, owner, id, version, type, created, last_action, status, text)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM turn ON CONFLICT DO NOTHING`,
  replace: (operations) => `UPDATE ${operations} SET version = $4, type = $5, created = $6, last_action = $7, status = $8, text = $9
    WHERE ${inCollection} AND id = $3 AND version = $10 AND EXISTS (SELECT 1 FROM turn)`,
  remove: (operations) => `DELETE FROM ${operations}
    WHERE ${inCollection} AND id = $3 AND version = coalesce($5, version) AND EXISTS (SELECT 1 FROM turn)`
}

/** The columns of a record that a replacement writes. */
const replacedColumns = ['version', 'type', 'created', 'last_action', 'status', 'text'] as const

/**
 * The same for several records at once, which `wanted` has. A conflict is looked up in the key for each of them: an UPDATE
 * that joins them reads the whole collection wherever the planner takes it for small.
 */
function toTogetherSql (operations: string): Readonly<Record<PlacedChange['change']['kind'], string>> {
  const insert = `INSERT INTO ${operations} (tenant, owner, id, version, type, created, last_action, status, text)
    SELECT $1, $2, wanted.id, wanted.version, type, created, last_action, CAST(status AS double precision), text FROM turn, wanted`
  return {
    insert: `${insert} ON CONFLICT DO NOTHING RETURNING id`,
    replace: `${insert} CROSS JOIN LATERAL (SELECT 1 FROM ${operations} WHERE ${inCollection} AND id = wanted.id AND version = wanted.expected LIMIT 1) AS found
      ON CONFLICT (tenant, owner, id) DO UPDATE SET ${replacedColumns.map((column) => `${column} = excluded.${column}`).join(', ')} RETURNING id`
  }
}

/** The columns of `wanted`. */
const wantedColumns = ['further', 'id', 'version', 'type', 'created', 'last_action', 'status', 'text', 'expected'] as const

function toWanted ({ change, version, further }: PlacedChange): string[] {
  const { id, type, created, lastAction, status, text } = change.record
  return [String(further), id, version, type, created, lastAction, String(status), text, change.kind === 'insert' ? '' : change.expectedVersion]
}

/** The place of the parameter after those of {@link toParameters}. */
const furtherPlaces: Readonly<Record<Change['kind'], number>> = { insert: 10, replace: 11, remove: 6 }

function toParameters (change: Change): readonly Parameter[] {
  if (change.kind === 'remove') return [change.expectedVersion ?? null]
  const { type, created, lastAction, status, text } = change.record
  const stored = [type, created, lastAction, status, text]
  return change.kind === 'insert' ? stored : [...stored, change.expectedVersion]
}

export function makeStatements (schema: string): Statements {
  const [operations, collections, changes] = ['operations', 'collections', 'changes'].map((name) => `${schema}.${name}`) as [string, string, string]

  /*
   * Writers of one collection take turns at its row in `collections`, which they lock before anything else. So a
   * change has a higher number than every change that was committed before it, nothing is ever written below a
   * number that a follower has seen, and no two writers wait for each other.
   */
  const toApply = (turn: string) => (kind: Change['kind']): string => `
    WITH turn AS (${turn}),
    done AS (${changeSql[kind](operations)} RETURNING 1),
    remembered AS (INSERT INTO ${changes} (tenant, owner, sequence, id, kind, version)
      SELECT $1, $2, sequence, $3, '${committedKinds[kind]}', $4 FROM turn WHERE EXISTS (SELECT 1 FROM done))
    SELECT sequence AS last, forgotten FROM turn WHERE EXISTS (SELECT 1 FROM done)`
  const sqlOfEach = (toSql: (kind: Change['kind']) => string): Record<Change['kind'], string> => ({ insert: toSql('insert'), replace: toSql('replace'), remove: toSql('remove') })
  const alone = sqlOfEach(toApply(`UPDATE ${collections} SET sequence = sequence + 1 WHERE ${inCollection} RETURNING sequence, forgotten`))
  // no statement but the first one of a transaction writes the row: the versions of a row would grow with every change
  const inTurn = sqlOfEach((kind) => toApply(`SELECT sequence - $${furtherPlaces[kind]} AS sequence, forgotten FROM ${collections} WHERE ${inCollection}`)(kind))
  const wanted = `SELECT * FROM unnest(${wantedColumns.map((_, place) => toTexts(`$${place + 3}`)).join(', ')}) AS wanted (${wantedColumns.join(', ')})`
  const togetherSql = toTogetherSql(operations)
  const toTogether = (kind: PlacedChange['change']['kind']): string => `
    WITH turn AS (SELECT sequence, forgotten FROM ${collections} WHERE ${inCollection}),
    wanted AS (${wanted}),
    done AS (${togetherSql[kind]}),
    remembered AS (INSERT INTO ${changes} (tenant, owner, sequence, id, kind, version)
      SELECT $1, $2, sequence - CAST(further AS bigint), id, '${committedKinds[kind]}', version FROM turn, wanted JOIN done USING (id))
    SELECT sequence AS last, forgotten, ${toJoined('ARRAY(SELECT id FROM done)')} AS ids FROM turn`
  const togetherInTurn = { insert: toTogether('insert'), replace: toTogether('replace') }
  const toChangeParameters = ({ tenant, owner }: Collection, { change, version }: VersionedChange): readonly Parameter[] => [tenant, owner, idOf(change), version, ...toParameters(change)]

  /** One look into the index for each id, whatever the planner thinks of the table's size. */
  const selectEach = (columns: string): string => `SELECT found.* FROM json_array_elements_text($3::json) AS wanted (id)
    CROSS JOIN LATERAL (SELECT ${columns} FROM ${operations} WHERE ${inCollection} AND id = wanted.id LIMIT 1) AS found`

  return {
    find: ({ tenant, owner, id }) => ({ name: 'find', sql: `SELECT ${record} FROM ${operations} WHERE ${inCollection} AND id = $3`, parameters: [tenant, owner, id] }),
    findAll: ({ tenant, owner }, ids) => together({ name: 'findAll', sql: selectEach(record), parameters: [tenant, owner, JSON.stringify(ids)] }),
    // what may lock rows is refused in a transaction that only reads, also where there are none to lock
    check: () => ({ name: 'check', sql: `SELECT id FROM ${operations} WHERE false FOR UPDATE`, parameters: [] }),
    versions: ({ tenant, owner }, ids) => ({ sql: selectEach('id, version'), parameters: [tenant, owner, JSON.stringify(ids)] }),
    begin: ({ tenant, owner }) => ({
      name: 'begin',
      sql: `INSERT INTO ${collections} (tenant, owner, sequence, forgotten) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING`,
      parameters: [tenant, owner]
    }),
    apply: (collection, made) => ({ name: made.change.kind, sql: alone[made.change.kind], parameters: toChangeParameters(collection, made) }),
    takeTurn: ({ tenant, owner }, count) => ({
      name: 'takeTurn',
      sql: `UPDATE ${collections} SET sequence = sequence + $3 WHERE ${inCollection}`,
      parameters: [tenant, owner, count]
    }),
    applyInTurn: (collection, made, further) => ({ name: `${made.change.kind}InTurn`, sql: inTurn[made.change.kind], parameters: [...toChangeParameters(collection, made), further] }),
    applyTogether: ({ tenant, owner }, made) => {
      const rows = made.map(toWanted)
      // without a name: how many there are, and of how large a table, decides how they are best looked up
      return {
        sql: togetherInTurn[(made[0] as PlacedChange).change.kind],
        parameters: [tenant, owner, ...wantedColumns.map((_, column) => joinTexts(rows.map((row) => row[column] as string)))]
      }
    },
    changes: ({ tenant, owner }, after, limit) => ({
      sql: `SELECT place.forgotten, history.sequence, history.id, history.kind, history.version,
          (SELECT version FROM ${changes} WHERE ${inCollection} AND sequence = coalesce($3::bigint, place.forgotten)) AS before
        FROM (SELECT * FROM ${collections} WHERE ${inCollection}) AS place LEFT JOIN LATERAL (
          SELECT sequence, id, kind, version FROM ${changes}
          WHERE ${inCollection} AND sequence > coalesce($3::bigint, place.forgotten) ORDER BY sequence LIMIT $4::bigint) AS history ON true
        ORDER BY history.sequence`,
      parameters: [tenant, owner, after ?? null, limit]
    }),
    forget: ({ tenant, owner }, sequence) => ({
      sql: `WITH place AS (UPDATE ${collections} SET forgotten = $3::bigint WHERE ${inCollection} AND forgotten < $3::bigint RETURNING 1)
        DELETE FROM ${changes} WHERE ${inCollection} AND sequence < $3::bigint AND EXISTS (SELECT 1 FROM place)`,
      parameters: [tenant, owner, sequence]
    })
  }
}
