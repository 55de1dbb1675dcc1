import { recordColumns } from '../sql/select.js'
import type { Statement } from '../sql/select.js'
import { StoredRecord } from '../record.js'
import type { Change, Collection, Key, OperationRecord } from '../store.js'
import type { Row } from './driver.js'

/** A change with the version it makes. */
export interface VersionedChange {
  readonly change: Change
  readonly version: string
}

/** The statements of the store; each is about one collection, whose tenant and owner are its first parameters. */
export interface Statements {
  readonly find: (key: Key) => Statement
  /** The versions of some records. */
  readonly versions: (collection: Collection, ids: readonly string[]) => Statement
  /** Makes the row that writers of a collection take turns at. */
  readonly begin: (collection: Collection) => Statement
  /** Waits for the turn of a collection, until the end of the transaction. */
  readonly lock: (collection: Collection) => Statement
  /**
   * Makes changes of one kind, each of another id, and remembers them: those that meet no conflict. A row with the
   * `id` of each change that was made, and `last`, the number that the history has come to.
   */
  readonly apply: (collection: Collection, changes: readonly VersionedChange[]) => Statement
  /** One row for each change after a place in the history, with `last` and `forgotten`; one row without `id` if there is none. */
  readonly changes: (collection: Collection, after: number | undefined, limit: number) => Statement
  /** Drops the history up to a place. */
  readonly forget: (collection: Collection, sequence: number) => Statement
}

/** A record as a row has it. */
export function toRecord (row: Row): OperationRecord {
  const { id, type, created, last_action: lastAction, status, text, version } = row as { id: string, type: string, created: string, last_action: string, status: number, text: string, version: string }
  return new StoredRecord({ id, type, created, lastAction, status, text }, version)
}

const inCollection = 'tenant = $1 AND owner = $2'
const inputColumns = 'place integer, id text, type text, created text, last_action text, status double precision, text text, version text, expected text'

/** A change as the statement reads it. */
function toInput ({ change, version }: VersionedChange, place: number): object {
  if (change.kind === 'remove') return { place, version, id: change.id, expected: change.expectedVersion }
  const { id, type, created, lastAction, status, text } = change.record
  return { place, version, id, type, created, last_action: lastAction, status, text, ...(change.kind === 'replace' && { expected: change.expectedVersion }) }
}

export function makeStatements (schema: string): Statements {
  const [operations, collections, changes] = ['operations', 'collections', 'changes'].map((name) => `${schema}.${name}`) as [string, string, string]

  /** Each kind of change: what it is called in the history, and how it is made. */
  const kinds: Readonly<Record<Change['kind'], readonly [name: string, sql: string]>> = {
    insert: ['inserted', `INSERT INTO ${operations} (tenant, owner, ${recordColumns})
      SELECT $1, $2, ${recordColumns} FROM input, turn ON CONFLICT DO NOTHING RETURNING id`],
    replace: ['replaced', `UPDATE ${operations} AS stored
      SET type = input.type, created = input.created, last_action = input.last_action, status = input.status, text = input.text, version = input.version
      FROM input, turn WHERE ${inCollection} AND stored.id = input.id AND stored.version = input.expected RETURNING stored.id`],
    remove: ['removed', `DELETE FROM ${operations} AS stored
      USING input, turn WHERE ${inCollection} AND stored.id = input.id AND (input.expected IS NULL OR stored.version = input.expected) RETURNING stored.id`]
  }

  /*
   * Writers of one collection take turns at its row in `collections`, which they lock before anything else. So a
   * change has a higher number than every change that was committed before it, nothing is ever written below a
   * number that a follower has seen, and no two writers wait for each other.
   */
  const toApply = (kind: Change['kind']): string => {
    const [name, sql] = kinds[kind]
    return `WITH input AS (SELECT * FROM json_to_recordset($3::json) AS input (${inputColumns})),
      turn AS (UPDATE ${collections} SET sequence = sequence + $4::bigint WHERE ${inCollection} RETURNING sequence - $4::bigint AS before),
      done AS (${sql}),
      remembered AS (INSERT INTO ${changes} (tenant, owner, sequence, id, kind, version)
        SELECT $1, $2, turn.before + input.place, input.id, '${name}', input.version FROM input JOIN done ON done.id = input.id, turn)
      SELECT done.id, turn.before + $4::bigint AS last FROM done, turn`
  }
  const apply = { insert: toApply('insert'), replace: toApply('replace'), remove: toApply('remove') }

  return {
    find: ({ tenant, owner, id }) => ({ sql: `SELECT ${recordColumns} FROM ${operations} WHERE ${inCollection} AND id = $3`, parameters: [tenant, owner, id] }),
    versions: ({ tenant, owner }, ids) => ({
      sql: `SELECT id, version FROM ${operations} WHERE ${inCollection} AND id IN (SELECT json_array_elements_text($3::json))`,
      parameters: [tenant, owner, JSON.stringify(ids)]
    }),
    begin: ({ tenant, owner }) => ({
      sql: `INSERT INTO ${collections} (tenant, owner, sequence, forgotten) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING`,
      parameters: [tenant, owner]
    }),
    lock: ({ tenant, owner }) => ({ sql: `SELECT 1 FROM ${collections} WHERE ${inCollection} FOR UPDATE`, parameters: [tenant, owner] }),
    apply ({ tenant, owner }, all) {
      const [first] = all as readonly [VersionedChange]
      return {
        sql: apply[first.change.kind],
        parameters: [tenant, owner, JSON.stringify(all.map((change, index) => toInput(change, index + 1))), all.length]
      }
    },
    changes: ({ tenant, owner }, after, limit) => ({
      sql: `SELECT place.sequence AS last, place.forgotten, history.sequence, history.id, history.kind, history.version
        FROM (SELECT * FROM ${collections} WHERE ${inCollection}) AS place LEFT JOIN LATERAL (
          SELECT sequence, id, kind, version FROM ${changes}
          WHERE ${inCollection} AND sequence > coalesce($3::bigint, place.forgotten) ORDER BY sequence LIMIT $4::bigint) AS history ON true
        ORDER BY history.sequence`,
      parameters: [tenant, owner, after ?? null, limit]
    }),
    forget: ({ tenant, owner }, sequence) => ({
      sql: `WITH place AS (UPDATE ${collections} SET forgotten = $3::bigint WHERE ${inCollection} AND forgotten < $3::bigint RETURNING 1)
        DELETE FROM ${changes} WHERE ${inCollection} AND sequence <= $3::bigint AND EXISTS (SELECT 1 FROM place)`,
      parameters: [tenant, owner, sequence]
    })
  }
}
