import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.17',
  title: 'Operator Precedence',
  support: 'supported',
  note: 'Parentheses and functions, then not and in, the orders, the equalities, and, or.',
  async test (t, { notes, create, idsOf }) {
    await create(notes, { id: 'a' }, { id: 'b' }, { id: 'c' })
    t.equal(await idsOf(notes, { $filter: "id eq 'a' or id eq 'b' and id eq 'c'" }), 'a', 'and before or')
    t.equal(await idsOf(notes, { $filter: "not (id eq 'a') and id ne 'b'" }), 'c', 'not before and')
    t.equal(await idsOf(notes, { $filter: "id gt 'a' eq true" }), 'bc', 'orders before equalities')
    t.equal(await idsOf(notes, { $filter: "not contains(id,'a') eq false" }), 'a', 'not before eq')
  }
})
