import type { Clause, Support } from '../test/support/clause.js'
import { readClauses } from '../test/support/clauses.js'

const chapters: ReadonlyArray<readonly [Support, string, string]> = [
  ['supported', 'Supported', 'Done as the clause says.'],
  ['deviates', 'Done in another way', 'The service does it, and not as the clause says.'],
  ['refused', 'Refused', 'Answered with an error that names it: nothing is ignored in silence.'],
  ['absent', 'Not there', 'Nothing pretends that it is.']
]

function toRow ([file, { source, section, title, note }]: readonly [string, Clause]): string {
  return `| ${source}, ${section} | ${title} | ${note.replaceAll('|', '\\|')} | [test](../test/conformance/${encodeURIComponent(file)}) |`
}

/** What of OData and of Graph's rules is there, made of the clauses in test/conformance. */
export async function toConformancePage (): Promise<string> {
  const clauses = [...await readClauses()]
  const parts = chapters.map(([support, heading, meaning]) => {
    const rows = clauses.filter(([, clause]) => clause.support === support).map(toRow)
    return rows.length === 0 ? '' : `## ${heading}\n\n${meaning}\n\n| clause | | what the service does | |\n|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return `<!-- made by npm run docs -->
# Conformance

Each row is a test of its own in [test/conformance](../test/conformance), run with all others by \`npm test\`.

${parts.filter((part) => part !== '').join('\n')}`
}
