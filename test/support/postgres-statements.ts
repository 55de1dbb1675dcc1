/** The tables that hold collections, all of them led by tenant and owner. */
export const collectionTables = ['operations', 'collections', 'changes'] as const

/** The statements of the PostgreSQL store, each by something only it says. */
const kinds = {
  find: /^SELECT concat_ws.* AND id = \$3$/,
  findAll: /json_array_elements_text.* LATERAL \(SELECT concat_ws/,
  versions: /json_array_elements_text.* LATERAL \(SELECT id, version /,
  begin: /^INSERT INTO \w+\.collections/,
  takeTurn: /^UPDATE \w+\.collections SET sequence = sequence \+ \$3/,
  insert: /^WITH turn AS \(UPDATE .* done AS \(INSERT/,
  replace: /^WITH turn AS \(UPDATE .* done AS \(UPDATE/,
  remove: /^WITH turn AS \(UPDATE .* done AS \(DELETE/,
  insertTogether: /unnest\(.* DO NOTHING/,
  replaceTogether: /unnest\(.* DO UPDATE/,
  insertInTurn: /^WITH turn AS \(SELECT .* done AS \(INSERT/,
  replaceInTurn: /^WITH turn AS \(SELECT .* done AS \(UPDATE/,
  removeInTurn: /^WITH turn AS \(SELECT .* done AS \(DELETE/,
  changes: /LEFT JOIN LATERAL/,
  forget: /^WITH place AS /,
  walk: /SELECT concat_ws\([^)]*\) AS records FROM \w+\.operations WHERE .* LIMIT /,
  'bounded walk': / AS walked /,
  sort: / AS sorted /,
  probe: /^SELECT 1 .* OFFSET/,
  count: /^SELECT count\(\*\)/
} as const

/** Every kind of statement there is; a test that says "each" must have met them all. */
export const statementKinds: readonly string[] = Object.keys(kinds)

/** SQL on one line. */
export const toLine = (sql: string): string => sql.replace(/\s+/g, ' ').trim()

/** Which statement of the store this is; `undefined` for one that is none. */
export function findKind (sql: string): string | undefined {
  return Object.entries(kinds).find(([, shape]) => shape.test(toLine(sql)))?.[0]
}
