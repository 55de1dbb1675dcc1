import { clause } from '../support/clause.js'

export default clause({
  source: 'OData JSON Format 4.01',
  section: '21.1',
  title: 'Error Response',
  support: 'supported',
  note: 'error with code and message, and target and details where something can be pointed at.',
  async test (t, { notes, create }) {
    const { body } = await create(notes, { percentComplete: 5, resourceId: 5 })
    t.match(body.error, { code: 'invalidRequest', message: /and 1 more/ })
    t.strictSame(body.error.details.map(({ target }: { target: string }) => target).sort(), ['percentComplete', 'resourceId'])
    t.equal(body.error.target, body.error.details[0].target)
  }
})
