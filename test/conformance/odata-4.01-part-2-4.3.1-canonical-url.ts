import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '4.3.1',
  title: 'Canonical URL',
  support: 'supported',
  note: 'Keys may stand in parentheses, with or without their name, a quote doubled; they do for every key of a path.',
  async test (t, { notes, get, create }) {
    await create(notes, { id: 'a' })
    for (const key of ["('a')", "(id='a')"]) t.match(await get(notes + key), { status: 200, body: { id: 'a' } })
    t.match(await get("/v1.0/sites('o''neill')/onenote/operations"), { status: 200, body: { '@odata.context': /sites\('o''neill'\)/ } })
  }
})
