import t from 'tap'
import { makeApp } from './support/app.js'
import { toFileName } from './support/clause.js'
import { readClauses } from './support/clauses.js'

t.test('every clause', async (t) => {
  const app = await makeApp(t)
  const clauses = await readClauses()
  t.ok(clauses.size > 0)
  let number = 0
  for (const [name, clause] of clauses) {
    number += 1
    const place = { app, notes: `/v1.0/sites/clause-${number}/onenote/operations`, calls: `/v1.0/communications/calls/clause-${number}/operations` }
    await t.test(name, async (t) => {
      t.equal(name, toFileName(clause), 'the file is called after the clause')
      await clause.test(t, place)
      t.ok(t.counts.total > 1, 'the clause is tried')
    })
  }
})
