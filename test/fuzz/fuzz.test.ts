import t from 'tap'
import { fuzz } from './fuzz.js'
import { makeMistaken, mistakes } from './mistakes.js'
import { makeTarget } from './target.js'

t.test('5,000 requests, each answered as the document says', async (t) => {
  const target = await makeTarget('memory:')
  t.teardown(async () => { await target.app.close() })
  const { counts, requests, violation } = await fuzz(target, { requests: 5_000, seed: 20_260_131 })
  t.equal(violation, undefined)
  t.ok(requests >= 5_000, `${requests} requests`)
  const count = (pattern: RegExp): number => [...counts].reduce((sum, [key, times]) => pattern.test(key) ? sum + times : sum, 0)
  t.comment(Object.fromEntries(counts))
  // a run that meets nothing proves nothing
  for (const [pattern, least] of [
    [/^valid POST 201$/, 150], [/^valid PATCH 200$/, 100], [/^valid PATCH 409$/, 3], [/^valid PATCH 412$/, 20], [/^valid PATCH 204$/, 20], [/^valid GET 200$/, 300], [/^valid (?:GET|HEAD) 304$/, 3], [/^valid DELETE 204$/, 5],
    [/^near \w+ 400$/, 300], [/^near \w+ 406$/, 1], [/^near \w+ 415$/, 5], [/^near \w+ 401$/, 3], [/^wild \w+ 404$/, 50], [/^wild \w+ 405$/, 10], [/^raw .*20[014]$/, 20], [/^raw .*400$/, 20]
  ] as const) t.ok(count(pattern) >= least, `${count(pattern)} of ${String(pattern)}`)
})

t.test('mistakes of a server are found', async (t) => {
  const { prepare, make } = makeMistaken()
  const target = await makeTarget('memory:', prepare)
  t.teardown(async () => { await target.app.close() })
  const find = async (requests: number) => (await fuzz(target, { requests, seed: 1, shrinks: false })).violation
  t.equal(await find(250), undefined, 'without one nothing is found')
  for (const mistake of mistakes) {
    make(mistake)
    t.match(await find(5_000), mistake.said, mistake.name)
  }

  make(mistakes[0])
  const { violation = '' } = await fuzz(target, { requests: 1_000, seed: 7 })
  const [, path] = /again: --seed=7 --only=sessions --path=([\d:]+)$/.exec(violation) ?? []
  t.equal(violation.match(/ → /g)?.length, 1, 'what is found is made small')
  const again = await fuzz(target, { requests: 1_000, seed: 7, only: 'sessions', path, shrinks: false })
  t.equal(again.requests, 1, 'and found again where it says')
  t.match(again.violation, mistakes[0]!.said)
})
