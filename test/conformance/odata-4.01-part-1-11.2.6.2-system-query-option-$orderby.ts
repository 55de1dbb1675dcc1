import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.2.6.2',
  title: 'System Query Option $orderby',
  support: 'supported',
  note: 'Declared properties, ascending unless desc is said, null lowest.',
  async test (t, { app, notes }) {
    for (const [id, percentComplete] of [['a', '2'], ['b', null], ['c', '1']]) await app.inject({ method: 'POST', url: notes, payload: { id, percentComplete } })
    const idsOf = async (order: string): Promise<string> => (await app.inject({ url: notes, query: { $orderby: order } })).json<{ value: Array<{ id: string }> }>().value.map(({ id }) => id).join('')
    t.equal(await idsOf('percentComplete'), 'bca')
    t.equal(await idsOf('percentComplete desc'), 'acb')
  }
})
