import { clause } from '../support/clause.js'

export default clause({
  source: 'OData 4.01 Part 2',
  section: '5.1.1.8',
  title: 'Date and Time Functions',
  support: 'refused',
  note: 'Not one of the functions that are there: 400 that names it.',
  async test (t, { notes, get }) {
    for (const call of ['date(createdDateTime)', 'day(createdDateTime)', 'fractionalseconds(createdDateTime)', 'hour(createdDateTime)', 'maxdatetime()', 'mindatetime()', 'minute(createdDateTime)', 'month(createdDateTime)', 'now()', 'second(createdDateTime)', 'time(createdDateTime)', 'totaloffsetminutes(createdDateTime)', 'year(createdDateTime)']) {
      const name = call.slice(0, call.indexOf('('))
      t.match(await get(notes, { $filter: `${call} eq 1` }), { status: 400, body: { error: { target: '$filter', message: new RegExp(`"${name}" is not supported`) } } })
    }
  }
})
