import { clause } from '../support/clause.js'

export default clause({
  source: 'RFC 7240',
  section: '2',
  title: 'The Prefer Request Header Field',
  support: 'supported',
  note: 'Names in any case, values quoted or not, parameters read over; of a name given twice the first one counts.',
  async test (t, { notes, send }) {
    const minimal = async (prefer: string) => (await send('POST', notes, {}, { prefer })).status === 204
    t.ok(await minimal('Return = "minimal" ; x=y, wait=5'))
    t.ok(await minimal('x="a, return=representation", return=minimal'))
    t.notOk(await minimal('return=representation, return=minimal'))
    t.notOk(await minimal('x="return=minimal"'))
  }
})
