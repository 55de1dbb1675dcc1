import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.2',
  title: 'Arithmetic Operators',
  support: 'refused',
  note: 'Nothing is calculated: 400 that names the operator and where it stands.',
  async test (t, { notes, get }) {
    for (const operator of ['add', 'sub', 'mul', 'div', 'divby', 'mod']) {
      t.match(await get(notes, { $filter: `length(id) ${operator} 1 eq 2` }), { status: 400, body: { error: { message: new RegExp(`"${operator}" is not supported \\(at character 12\\)`) } } })
    }
  }
})
