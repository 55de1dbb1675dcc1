import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '11.1.2',
  title: 'Metadata Document Request',
  support: 'supported',
  note: '$metadata is CSDL, as XML unless Accept prefers JSON.',
  async test (t, { get }) {
    t.match((await get('/v1.0/$metadata')).text, /^<\?xml[^>]*>\s*<edmx:Edmx/)
    const { body } = await get('/v1.0/$metadata', {}, { accept: 'application/json' })
    t.equal(body.$EntityContainer, 'graphOperations.Service')
  }
})
