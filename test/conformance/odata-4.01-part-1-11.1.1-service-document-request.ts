import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.1.1',
  title: 'Service Document Request',
  support: 'supported',
  note: 'The root answers with the entity sets and singletons that paths begin with.',
  async test (t, { get }) {
    const { status, body } = await get('/v1.0/')
    t.equal(status, 200)
    t.strictSame(body.value.find(({ name }: { name: string }) => name === 'sites'), { name: 'sites', kind: 'EntitySet', url: 'sites' })
    t.strictSame(body.value.find(({ name }: { name: string }) => name === 'me'), { name: 'me', kind: 'Singleton', url: 'me' })
  }
})
