import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.13',
  title: 'Lambda Operators',
  support: 'refused',
  note: 'There is no any or all: 400 that names it and where it stands.',
  async test (t, { calls, get }) {
    for (const operator of ['any', 'all']) {
      const $filter = `participants/${operator}(p:p eq 'x')`
      t.match(await get(calls, { $filter }), { status: 400, body: { error: { target: '$filter', message: new RegExp(`lambda operator "${operator}" is not supported after a path \\(at character 14\\)`) } } })
    }
  }
})
