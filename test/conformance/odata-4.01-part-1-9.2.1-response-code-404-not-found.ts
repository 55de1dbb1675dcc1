import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '9.2.1',
  title: 'Response Code 404 Not Found',
  support: 'supported',
  note: 'What is not there is 404, with an error body.',
  async test (t, { notes, send }) {
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      t.match(await send(method, `${notes}/none`, method === 'PATCH' ? {} : undefined), { status: 404, body: { error: { code: 'itemNotFound' } } })
    }
  }
})
