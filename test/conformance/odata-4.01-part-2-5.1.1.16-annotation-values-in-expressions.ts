import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.16',
  title: 'Annotation Values in Expressions',
  support: 'refused',
  note: 'Annotations cannot be compared: 400.',
  async test (t, { notes, get }) {
    t.match(await get(notes, { $filter: "@odata.etag eq 'x'" }), { status: 400, body: { error: { target: '$filter', message: /annotation is not supported here \(at character 1\)/ } } })
  }
})
