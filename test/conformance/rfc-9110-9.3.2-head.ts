import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 9110',
  section: '9.3.2',
  title: 'HEAD',
  support: 'supported',
  note: 'Wherever GET is, with its headers and without its body.',
  async test (t, { notes, send, get, create }) {
    await create(notes, { id: 'a' })
    for (const url of [notes, `${notes}/a`, `${notes}/$count`, '/v1.0/$metadata', '/v1.0/']) {
      const [head, full] = [await send('HEAD', url), await get(url)]
      t.match(head, { status: 200, text: '' }, url)
      for (const name of ['content-type', 'etag', 'vary'] as const) t.equal(head.headers[name], full.headers[name], `${name} of ${url}`)
    }
  }
})
