import { clause } from '../support/clause.js'

export default clause({
  source: 'Microsoft Graph',
  section: 'Update operations',
  title: 'PATCH of the operations of a site',
  support: 'supported',
  note: 'The request of the document, at its URL: 200 and the whole onenoteOperation; the placeholder that stands for a status is no status.',
  async test (t, { notes, send, create }) {
    const url = `/v1.0/invitations/i/invitedUser/joinedGroups/g${notes.slice('/v1.0'.length)}`
    await create(url, { id: 'a' })
    const error = { '@odata.type': 'microsoft.graph.onenoteOperationError', code: 'Code value', message: 'Message value' }
    const sample = { '@odata.type': '#microsoft.graph.onenoteOperation', lastActionDateTime: '2016-12-31T23:57:13.8078619+03:00', resourceLocation: 'Resource Location value', resourceId: 'Resource Id value', error, percentComplete: 'Percent Complete value' }
    const { status, headers, body } = await send('PATCH', url, { ...sample, status: 'Running' })
    t.equal(status, 200)
    t.match(headers['content-location'], /\/operations\/a$/)
    t.match(body, { ...sample, error: { ...error, '@odata.type': '#microsoft.graph.onenoteOperationError' }, id: 'a', status: 'Running', createdDateTime: /Z$/ })
    t.match(await send('PATCH', url, { ...sample, status: 'String' }), { status: 400, body: { error: { target: 'status' } } })
  }
})
