import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '10.6',
  title: 'Context URL: Derived Entity',
  support: 'supported',
  note: 'The context of an operation of a derived type names the type.',
  async test (t, { calls, create }) {
    const { body } = await create(calls, { '@odata.type': '#microsoft.graph.recordOperation' })
    t.match(body['@odata.context'], /\/operations\/microsoft\.graph\.recordOperation\/\$entity$/)
  }
})
