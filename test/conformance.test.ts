import t from 'tap'
import { makeApp } from './support/app.js'
import { toFileName } from './support/clause.js'
import { readClauses } from './support/clauses.js'
import { makePlace } from './support/place.js'

t.test('every clause', async (t) => {
  const app = await makeApp(t)
  const clauses = await readClauses()
  t.ok(clauses.size > 0)
  let number = 0
  for (const [name, clause] of clauses) {
    number += 1
    const place = makePlace(app, number)
    await t.test(name, async (t) => {
      t.equal(name, toFileName(clause), 'the file is called after the clause')
      await clause.test(t, place)
      t.ok(t.count > 1, 'the clause is tried')
    })
  }
})
