import type { Clause, Support } from '../test/support/clause.js'
import { readClauses } from '../test/support/clauses.js'

const meanings: Readonly<Record<Support, string>> = {
  supported: 'done as the clause says',
  deviates: 'done in another way, which the row says',
  refused: 'answered with an error that names it: nothing is ignored in silence',
  absent: 'not there; nothing pretends that it is'
}

const kinds = Object.keys(meanings) as Support[]

function toCounts (clauses: readonly Clause[]): string {
  return kinds.map((kind) => `${clauses.filter(({ support }) => support === kind).length} ${kind}`).join(', ')
}

function toRow ([file, { section, title, support, note }]: readonly [string, Clause]): string {
  const cells = [section, title, support, note, `[test](../test/conformance/${encodeURIComponent(file)})`]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** What of OData, of Graph's rules and of HTTP is there, made of the clauses in test/conformance. */
export async function toConformancePage (): Promise<string> {
  const clauses = [...await readClauses()]
  const sources = [...new Set(clauses.map(([, { source }]) => source))]
  const parts = sources.map((source) => {
    const own = clauses.filter(([, clause]) => clause.source === source)
    return `## ${source}\n\n${toCounts(own.map(([, clause]) => clause))}\n\n| section | title | | what the service does | |\n|---|---|---|---|---|\n${own.map(toRow).join('\n')}\n`
  })
  return `<!-- made by npm run docs -->
# Conformance

${clauses.length} clauses: ${toCounts(clauses.map(([, clause]) => clause))}. Each row is a test of its own in [test/conformance](../test/conformance), run with all others by \`npm test\`.

${kinds.map((kind) => `- ${kind}: ${meanings[kind]}`).join('\n')}

${parts.join('\n')}`
}
