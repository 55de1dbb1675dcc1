import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.7',
  title: 'Header OData-MaxVersion',
  support: 'supported',
  note: 'Answers are in 4.0 for everybody who understands at least that; less is 400.',
  async test (t, { notes, get }) {
    for (const understood of ['4.0', '4.01', '5.0']) t.match(await get(notes, {}, { 'odata-maxversion': understood }), { status: 200, headers: { 'odata-version': '4.0' } })
    t.match(await get(notes, {}, { 'odata-maxversion': '3.0' }), { status: 400, body: { error: { target: 'OData-MaxVersion' } } })
  }
})
