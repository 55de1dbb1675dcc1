import { clause } from '../support/clause.js'

export default clause({
  source: 'OData CSDL 4.01',
  section: '8.4',
  title: 'Containment Navigation Property',
  support: 'supported',
  note: 'Collections of operations are contained in what their URL says, and $metadata has every segment.',
  async test (t, { get }) {
    const { graphOperations } = (await get('/v1.0/$metadata', {}, { accept: 'application/json' })).body
    t.match(graphOperations.Service.sites, { $Collection: true, $Type: 'graphOperations.sites' })
    t.match(graphOperations.onenote.operations, { $Kind: 'NavigationProperty', $ContainsTarget: true, $Type: 'microsoft.graph.onenoteOperation' })
  }
})
