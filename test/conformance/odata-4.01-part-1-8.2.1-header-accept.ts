import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.2.1',
  title: 'Header Accept',
  support: 'supported',
  note: 'The format that Accept likes best, by its format parameters and quality; 406 when there is none.',
  async test (t, { notes, get }) {
    t.match((await get(notes, {}, { accept: 'application/json;odata.metadata=none' })).headers['content-type'], /odata\.metadata=none/)
    t.match((await get(notes, {}, { accept: 'application/json;metadata=none;q=0.1, application/json;metadata=full' })).headers['content-type'], /odata\.metadata=full/)
    t.equal((await get(notes, {}, { accept: 'application/atom+xml' })).status, 406)
  }
})
