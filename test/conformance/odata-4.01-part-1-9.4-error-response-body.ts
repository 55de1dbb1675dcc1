import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '9.4',
  title: 'Error Response Body',
  support: 'supported',
  note: 'Errors have a body in JSON with code and message, whatever format was asked for.',
  async test (t, { notes, get }) {
    const { headers, body } = await get(`${notes}/none`, {}, { accept: 'application/json;odata.metadata=none' })
    t.match(headers['content-type'], /^application\/json/)
    t.type(body.error.code, 'string')
    t.type(body.error.message, 'string')
  }
})
