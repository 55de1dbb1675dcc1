import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 1',
  section: '8.3.2',
  title: 'Header ETag',
  support: 'supported',
  note: 'Reads and writes of one operation say its entity tag, weak and the same in every format; another state has another one.',
  async test (t, { notes, send, get, create }) {
    const created = await create(notes, { id: 'a' })
    const tag = String(created.headers.etag)
    t.match(tag, /^W\/"[^"]+"$/)
    for (const level of ['none', 'minimal', 'full']) t.equal((await get(`${notes}/a`, {}, { accept: `application/json;odata.metadata=${level}` })).headers.etag, tag)
    const changed = await send('PATCH', `${notes}/a`, { percentComplete: '1' })
    t.not(changed.headers.etag, tag)
    const minimal = await send('PATCH', `${notes}/a`, { percentComplete: '2' }, { prefer: 'return=minimal' })
    t.equal((await get(`${notes}/a`)).headers.etag, minimal.headers.etag)
  }
})
