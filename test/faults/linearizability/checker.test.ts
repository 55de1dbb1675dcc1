import t from 'tap'
import { makeChance } from '../../support/chance.js'
import { checkKey, findViolations } from './checker.js'
import type { Answer, Entry, Members, Patch, Request } from './history.js'
import { flaws, mutations, mutate, simulate } from './simulator.js'
import { isLinearizableByTrial } from './trial.js'

// --- how histories are written here ---

const read = (noneMatch?: string): Request => ({ kind: 'read', ...(noneMatch !== undefined && { noneMatch }) })
const post = (members: Members): Request => ({ kind: 'create', members })
const patch = (members: Patch, match?: string): Request => ({ kind: 'update', members, ...(match !== undefined && { match }) })
const upsert = (members: Patch, how: 'too' | 'only'): Request => ({ kind: 'update', members, upsert: how })
const remove = (match?: string): Request => ({ kind: 'remove', ...(match !== undefined && { match }) })
const said = (status: number, etag?: string, members?: Members): Answer => ({ status, etag, members })
const unknown = undefined

type Line = [invoked: number, answered: number, request: Request, answer: Answer | undefined]

/** Every request is of another client. */
function toHistory (lines: readonly Line[]): Entry[] {
  return lines.map(([invoked, answered, request, answer], client) => ({
    client, key: 'k', request, invoked, answer, answered: answer === undefined ? Number.POSITIVE_INFINITY : answered
  }))
}

/** The operation that most histories begin with. */
const born: Line = [0, 1, post({ a: '0' }), said(201, 'E1', { a: '0' })]
/** An update that follows it. */
const second: Line = [2, 3, patch({ a: '1' }), said(200, 'E2', { a: '1' })]

const good: Record<string, Line[]> = {
  'nothing': [],
  'one after the other': [
    [0, 1, read(), said(404)], [2, 3, post({ a: '0' }), said(201, 'E1', { a: '0' })], [4, 5, read(), said(200, 'E1', { a: '0' })], [6, 7, patch({ b: '1' }), said(200, 'E2', { a: '0', b: '1' })],
    [8, 9, read('E2'), said(304, 'E2')], [10, 11, read('E1'), said(200, 'E2', { a: '0', b: '1' })], [12, 13, patch({ a: null }, 'E2'), said(200, 'E3', { b: '1' })], [14, 15, remove('E3'), said(204)], [16, 17, remove(), said(404)]
  ],
  'a read beside a write sees the old': [born, [2, 9, patch({ a: '1' }), said(200, 'E2', { a: '1' })], [3, 8, read(), said(200, 'E1', { a: '0' })]],
  'a read beside a write sees the new': [born, [2, 9, patch({ a: '1' }), said(200, 'E2', { a: '1' })], [3, 4, read(), said(200, 'E2', { a: '1' })]],
  'two reads beside a write see the old, then the new': [born, [2, 9, patch({ a: '1' }), said(200, 'E2', { a: '1' })], [3, 4, read(), said(200, 'E1', { a: '0' })], [5, 6, read(), said(200, 'E2', { a: '1' })]],
  'two updates at once, both kept': [born, [2, 9, patch({ b: '1' }), said(200, 'E3', { a: '0', b: '1', c: '1' })], [2, 9, patch({ c: '1' }), said(200, 'E2', { a: '0', c: '1' })], [10, 11, read(), said(200, 'E3', { a: '0', b: '1', c: '1' })]],
  'two updates without a body, in the order that a later one shows': [born, [2, 9, patch({ b: '1' }), said(204, 'E2')], [3, 9, patch({ c: '1' }), said(204, 'E3')], [10, 11, patch({ a: '1' }, 'E2'), said(204, 'E4')]],
  'two updates without a body, in the other order': [born, [2, 9, patch({ b: '1' }), said(204, 'E2')], [3, 9, patch({ c: '1' }), said(204, 'E3')], [10, 11, patch({ a: '1' }, 'E3'), said(204, 'E4')]],
  'one of two wins a tag': [born, [2, 9, patch({ b: '1' }, 'E1'), said(412)], [2, 9, patch({ c: '1' }, 'E1'), said(200, 'E2', { a: '0', c: '1' })]],
  'one of two creates': [[0, 9, post({ a: '1' }), said(409)], [0, 9, post({ a: '2' }), said(201, 'E1', { a: '2' })]],
  'one of two removes': [born, [2, 9, remove(), said(404)], [2, 9, remove(), said(204)]],
  'a new operation of the same id has a new tag': [born, [2, 3, remove('E1'), said(204)], [4, 5, patch({ b: '1' }, 'E1'), said(412)], [6, 7, post({ a: '0' }), said(201, 'E2', { a: '0' })], [8, 9, patch({ b: '1' }, 'E1'), said(412)], [10, 11, read('E1'), said(200, 'E2', { a: '0' })]],
  'an update that changes nothing keeps the tag': [born, [2, 3, patch({ a: '0', b: null }), said(200, 'E1', { a: '0' })], [4, 5, patch({}, 'E1'), said(204, 'E1')]],
  'answers without a body': [[0, 1, post({ a: '0' }), said(201, 'E1')], [2, 3, patch({ a: '1' }), said(204, 'E2')], [4, 5, read(), said(200, 'E2', { a: '1' })]],
  'an upsert creates, then updates': [[0, 1, upsert({ a: '0', b: null }, 'too'), said(201, 'E1', { a: '0' })], [2, 3, upsert({ b: '1' }, 'too'), said(200, 'E2', { a: '0', b: '1' })], [4, 5, upsert({ c: '1' }, 'only'), said(412)], [6, 7, remove('*'), said(204)], [8, 9, upsert({ c: '1' }, 'only'), said(201, 'E3', { c: '1' })]],
  'whatever its state': [born, [2, 3, patch({ b: '1' }, '*'), said(200, 'E2', { a: '0', b: '1' })], [4, 5, remove('*'), said(204)], [6, 7, patch({ b: '1' }, '*'), said(412)], [8, 9, remove('*'), said(412)]],
  'an unknown update was made': [born, [2, 0, patch({ b: '1' }), unknown], [4, 5, read(), said(200, 'E2', { a: '0', b: '1' })], [6, 7, patch({ c: '1' }, 'E2'), said(200, 'E3', { a: '0', b: '1', c: '1' })]],
  'an unknown update was not made': [born, [2, 0, patch({ b: '1' }), unknown], [4, 5, read(), said(200, 'E1', { a: '0' })], [6, 7, patch({ c: '1' }, 'E1'), said(200, 'E2', { a: '0', c: '1' })]],
  'an unknown update was made late': [born, [2, 0, patch({ b: '1' }), unknown], [4, 5, read(), said(200, 'E1', { a: '0' })], second.with(0, 6).with(1, 7) as Line, [8, 9, read(), said(200, 'E3', { a: '1', b: '1' })]],
  'an unknown removal was made between others': [born, [2, 0, remove('E1'), unknown], [3, 4, read(), said(200, 'E1', { a: '0' })], [5, 6, post({ a: '2' }), said(201, 'E2', { a: '2' })]],
  'an unknown create was made, and its tag seen by an update that changed nothing': [[0, 0, post({ a: '0' }), unknown], [2, 3, patch({ a: '0' }), said(200, 'E1', { a: '0' })], [4, 5, read('E1'), said(304, 'E1')]],
  'an unknown update that asks for a tag that is gone has no effect': [born, second, [4, 0, patch({ b: '1' }, 'E1'), unknown], [6, 7, read(), said(200, 'E2', { a: '1' })]],
  'an unknown upsert creates at most once': [[0, 0, upsert({ a: '0' }, 'only'), unknown], [2, 3, post({ a: '1' }), said(409)], [4, 5, remove(), said(204)], [6, 7, read(), said(404)]],
  'two unknown updates, in the order that later reads show': [born, [2, 0, patch({ a: '1' }), unknown], [2, 0, patch({ a: '2' }), unknown], [4, 5, read(), said(200, 'E2', { a: '2' })], [6, 7, read(), said(200, 'E3', { a: '1' })]],
  'a write that was turned away has no effect': [born, [2, 3, patch({ b: '1' }), said(503)], [2, 3, remove(), said(507)], [4, 5, read(), said(200, 'E1', { a: '0' })]],
  'what touches is beside each other': [born, [2, 5, patch({ a: '1' }), said(200, 'E2', { a: '1' })], [5, 6, read(), said(200, 'E1', { a: '0' })]]
}

const bad: Record<string, Line[]> = {
  'a stale read': [born, second, [4, 5, read(), said(200, 'E1', { a: '0' })]],
  'a stale read of nothing': [born, [2, 3, read(), said(404)]],
  'a read of what is gone': [born, [2, 3, remove(), said(204)], [4, 5, read(), said(200, 'E1', { a: '0' })]],
  'a read from the future': [born, [2, 3, read(), said(200, 'E2', { a: '1' })], [4, 5, patch({ a: '1' }), said(200, 'E2', { a: '1' })]],
  'a read of what nobody wrote': [born, [2, 3, read(), said(200, 'E2', { a: '7' })]],
  'a lost update': [born, [2, 9, patch({ b: '1' }), said(200, 'E2', { a: '0', b: '1' })], [2, 9, patch({ c: '1' }), said(200, 'E3', { a: '0', c: '1' })]],
  'a lost update that only a later read shows': [born, [2, 9, patch({ b: '1' }), said(204, 'E2')], [2, 9, patch({ c: '1' }), said(204, 'E3')], [10, 11, read(), said(200, 'E3', { a: '0', c: '1' })]],
  'an acknowledged write that is not there': [born, [2, 3, patch({ b: '1' }), said(204, 'E2')], [4, 5, read(), said(200, 'E1', { a: '0' })]],
  'one tag won twice': [born, [2, 9, patch({ b: '1' }, 'E1'), said(200, 'E2', { a: '0', b: '1' })], [2, 9, patch({ c: '1' }, 'E1'), said(200, 'E3', { a: '0', b: '1', c: '1' })]],
  'one tag won by an update and a removal': [born, [2, 9, patch({ b: '1' }, 'E1'), said(200, 'E2', { a: '0', b: '1' })], [2, 9, remove('E1'), said(204)]],
  'a tag won after it was replaced': [born, second, [4, 5, patch({ b: '1' }, 'E1'), said(200, 'E3', { a: '1', b: '1' })]],
  'a 412 that should have been carried out': [born, [2, 3, patch({ b: '1' }, 'E1'), said(412)]],
  'a removal refused that should have been carried out': [born, [2, 3, remove('E1'), said(412)]],
  'a 412 for any state': [born, [2, 3, patch({ b: '1' }, '*'), said(412)]],
  'a 412 without a condition': [born, [2, 3, patch({ b: '1' }), said(412)]],
  'nobody wins a tag': [born, [2, 9, patch({ b: '1' }, 'E1'), said(412)], [2, 9, patch({ c: '1' }, 'E1'), said(412)]],
  '404 for a condition that nothing fulfils': [[0, 1, patch({ a: '1' }, 'E1'), said(404)]],
  'a 404 for a removal of which nothing fulfils the condition': [[0, 1, remove('E1'), said(404)]],
  'a 412 for a removal without a condition': [[0, 1, remove(), said(412)]],
  'a tag won although an unknown update came before': [born, [2, 0, patch({ b: '1' }), unknown], [4, 5, patch({ c: '1' }, 'E1'), said(200, 'E3', { a: '0', b: '1', c: '1' })]],
  'an upsert that creates and is answered as an update': [[0, 1, upsert({ a: '0' }, 'too'), said(200, 'E1', { a: '0' })]],
  'two creates of one operation': [[0, 9, post({ a: '1' }), said(201, 'E1', { a: '1' })], [0, 9, post({ a: '2' }), said(201, 'E2', { a: '2' })]],
  'two upserts that both create': [[0, 9, upsert({ a: '1' }, 'only'), said(201, 'E1', { a: '1' })], [0, 9, upsert({ b: '2' }, 'too'), said(201, 'E2', { b: '2' })]],
  'an upsert over what is there': [born, [2, 3, upsert({ a: '1' }, 'only'), said(200, 'E2', { a: '1' })]],
  'a taken id where there is none': [[0, 1, post({ a: '1' }), said(409)]],
  'a removal made twice': [born, [2, 9, remove(), said(204)], [2, 9, remove(), said(204)]],
  'a tag that comes back with its id': [born, [2, 3, remove(), said(204)], [4, 5, post({ a: '0' }), said(201, 'E1', { a: '0' })]],
  'a tag that comes back with an update': [born, second, [4, 5, patch({ a: '0' }), said(200, 'E1', { a: '0' })]],
  'a tag that an unknown write brings back': [born, [2, 3, remove(), said(204)], [4, 0, post({ a: '0' }), unknown], [6, 7, read(), said(200, 'E1', { a: '0' })]],
  'an old tag that wins after its id came back': [born, [2, 3, remove(), said(204)], [4, 5, post({ a: '1' }), said(201, 'E2', { a: '1' })], [6, 7, patch({ b: '1' }, 'E1'), said(200, 'E3', { a: '1', b: '1' })]],
  'a change that keeps the tag': [born, [2, 3, patch({ a: '1' }), said(200, 'E1', { a: '1' })]],
  'no change, and a new tag': [born, [2, 3, patch({ a: '0' }), said(200, 'E2', { a: '0' })]],
  'a tag of one state with the members of another': [born, second, [4, 5, read(), said(200, 'E2', { a: '0' })]],
  'one tag, two states': [born, [2, 0, patch({ a: '1' }), unknown], [2, 0, patch({ a: '2' }), unknown], [4, 5, read(), said(200, 'E2', { a: '1' })], [6, 7, read(), said(200, 'E2', { a: '2' })]],
  'one state, two tags': [born, [2, 0, patch({ a: '1' }), unknown], [4, 5, read(), said(200, 'E2', { a: '1' })], [6, 7, read(), said(200, 'E3', { a: '1' })]],
  'reads that go back in time across clients': [born, [2, 9, patch({ a: '1' }), said(200, 'E2', { a: '1' })], [3, 4, read(), said(200, 'E2', { a: '1' })], [5, 6, read(), said(200, 'E1', { a: '0' })]],
  'reads that see two writes in two orders': [
    born, [2, 20, patch({ b: '1' }), said(204, 'E2')], [2, 20, patch({ c: '1' }), said(204, 'E3')],
    [3, 4, read(), said(200, 'E2', { a: '0', b: '1' })], [5, 6, read(), said(200, 'E3', { a: '0', c: '1' })]
  ],
  'a known state that is another one': [born, second, [4, 5, read('E1'), said(304, 'E1')]],
  'a known state that is sent again': [born, [2, 3, read('E1'), said(200, 'E1', { a: '0' })]],
  'a write that was turned away is seen': [born, [2, 3, patch({ b: '1' }), said(503)], [4, 5, read(), said(200, 'E2', { a: '0', b: '1' })]],
  'a write that was full is seen': [born, [2, 3, patch({ b: '1' }), said(507)], [4, 5, read(), said(200, 'E2', { a: '0', b: '1' })]],
  'a write that lost its condition is seen': [born, second, [4, 5, patch({ b: '1' }, 'E1'), said(412)], [6, 7, read(), said(200, 'E3', { a: '1', b: '1' })]],
  'a refused create is seen': [born, [2, 3, post({ a: '9' }), said(409)], [4, 5, read(), said(200, 'E2', { a: '9' })]],
  'an unknown write is seen before it was sent': [born, [2, 3, read(), said(200, 'E2', { a: '0', b: '1' })], [4, 0, patch({ b: '1' }), unknown]],
  'an unknown write is made twice': [born, [2, 0, patch({ b: '1' }), unknown], [3, 4, read(), said(200, 'E2', { a: '0', b: '1' })], [5, 6, patch({ b: null }), said(200, 'E3', { a: '0' })], [7, 8, read(), said(200, 'E4', { a: '0', b: '1' })]],
  'an unknown create is made twice': [[0, 0, post({ a: '0' }), unknown], [2, 3, remove(), said(204)], [4, 5, remove(), said(204)]],
  'an unknown write is seen and then not': [born, [2, 0, patch({ b: '1' }), unknown], [3, 4, read(), said(200, 'E2', { a: '0', b: '1' })], [5, 6, read(), said(200, 'E1', { a: '0' })]],
  'half of an unknown write': [born, [2, 0, patch({ b: '1', c: '1' }), unknown], [3, 4, read(), said(200, 'E2', { a: '0', b: '1' })]],
  'half of an update': [born, [2, 3, patch({ b: '1', c: '1' }), said(200, 'E2', { a: '0', b: '1' })]],
  'an unknown update of a tag that was replaced is seen': [born, second, [4, 0, patch({ b: '1' }, 'E1'), unknown], [6, 7, read(), said(200, 'E3', { a: '1', b: '1' })]],
  'an unknown create of what is there is seen': [born, [2, 0, post({ b: '1' }), unknown], [4, 5, read(), said(200, 'E2', { b: '1' })]],
  'an unknown upsert of what is not there, which asks for a tag, is seen': [[0, 0, { kind: 'update', members: { a: '1' }, match: 'E1', upsert: 'too' }, unknown], [2, 3, read(), said(200, 'E2', { a: '1' })]],
  'an unknown upsert of nothing but what is new is seen': [born, [2, 0, upsert({ b: '1' }, 'only'), unknown], [4, 5, read(), said(200, 'E2', { a: '0', b: '1' })]],
  'an unknown update of what is not there is seen': [[0, 0, patch({ a: '1' }), unknown], [2, 3, read(), said(200, 'E1', { a: '1' })]],
  'a member that was taken away is back': [born, [2, 3, patch({ a: null }), said(200, 'E2', {})], [4, 5, patch({ b: '1' }), said(200, 'E3', { a: '0', b: '1' })]],
  'members of the operation that was there before': [born, [2, 3, remove(), said(204)], [4, 5, upsert({ b: '1' }, 'too'), said(201, 'E2', { a: '0', b: '1' })]],
  'a write without a tag': [[0, 1, post({ a: '0' }), said(201, undefined, { a: '0' })]],
  'a read without a tag': [born, [2, 3, read(), said(200, undefined, { a: '0' })]],
  'an update that changes nothing, without a tag': [born, [2, 3, patch({ a: '0' }), said(200, undefined, { a: '0' })]],
  'a status that no rule knows': [born, [2, 3, read(), said(400)]]
}

t.test('histories that are good', async (t) => {
  t.ok(Object.keys(good).length >= 8)
  for (const [name, lines] of Object.entries(good)) {
    t.strictSame(findViolations(toHistory(lines)), [], name)
    t.ok(isLinearizableByTrial(toHistory(lines)), `${name}, by trial`)
  }
})

t.test('histories that are bad', async (t) => {
  t.ok(Object.keys(bad).length >= 12)
  for (const [name, lines] of Object.entries(bad)) {
    t.equal(findViolations(toHistory(lines)).length, 1, name)
    t.notOk(isLinearizableByTrial(toHistory(lines)), `${name}, by trial`)
  }
})

t.test('a violation is told with what led to it', async (t) => {
  const [violation] = findViolations(toHistory(bad['a stale read'] as Line[]))
  t.equal(violation, [
    'the 3 requests to k have no order; the longest one found ends with',
    '  0.000–0.000 client 0: POST {"a":"0"} → 201 E1 {"a":"0"}',
    '  0.000–0.000 client 1: PATCH {"a":"1"} → 200 E2 {"a":"1"}',
    'and none of these can come next',
    '  0.000–0.000 client 2: GET → 200 E1 {"a":"0"}'
  ].join('\n'))
})

t.test('the keys of a history are checked one by one', async (t) => {
  const other = toHistory([born, second]).map((entry) => ({ ...entry, key: 'other' }))
  t.strictSame(findViolations([...toHistory([born, second]), ...other]), [])
  t.match(findViolations([...toHistory(bad['a stale read'] as Line[]), ...other]), [/requests to k have/])
})

t.test('many requests at once are no trap', async (t) => {
  const at = (request: Request, answer: Answer | undefined): Line => [2, 1_000, request, answer]
  const reads = Array.from({ length: 60 }, () => at(read(), said(200, 'E1', { a: '0' })))
  const refused = Array.from({ length: 60 }, () => at(patch({ a: '9' }, 'E0'), said(412)))
  const verdict = checkKey(toHistory([born, ...reads, ...refused, [1_001, 1_002, read(), said(404)]]))
  t.equal(verdict.isLinearizable, false)
  t.equal(verdict.order.length, 121)
  t.ok(verdict.configurations < 10)
  const updates = Array.from({ length: 10 }, (_, n) => at(patch({ [`m${n}`]: '1' }), unknown))
  t.equal(checkKey(toHistory([born, ...updates, [3, 4, read(), said(200, 'E9', { a: '1' })]])).isLinearizable, false)
  const tooMany = Array.from({ length: 24 }, (_, n) => at(patch({ [`m${n}`]: '1' }), unknown))
  t.throws(() => checkKey(toHistory([born, ...tooMany, [3, 4, read(), said(200, 'E9', { a: '1' })]]), 1_000), /neither found nor excluded/)
})

// --- by the thousand ---

t.test('the checker agrees with trying every order', async (t) => {
  const chance = makeChance(4)
  const counts = { linearizable: 0, not: 0 }
  for (let n = 0; n < 1_000; n += 1) {
    const flaw = chance.oneIn(2) ? undefined : chance.pick(flaws)
    const history = simulate(chance, { clients: 3, requests: 7, unknownOneIn: 5, flaw })
    const tried = chance.oneIn(2) ? history : mutate(chance, history, chance.pick(mutations)) ?? history
    const expected = isLinearizableByTrial(tried)
    counts[expected ? 'linearizable' : 'not'] += 1
    const { isLinearizable } = checkKey(tried)
    if (isLinearizable !== expected) t.fail(`${n}: ${String(expected)} by trial`, { history: tried })
  }
  t.comment(counts)
  t.ok(counts.linearizable > 300 && counts.not > 200)
})

t.test('what a sequential operation does, whatever the delays, is good', async (t) => {
  const chance = makeChance(1)
  for (let n = 0; n < 100; n += 1) {
    const history = simulate(chance, { clients: 16, requests: 200, unknownOneIn: n % 3 === 0 ? 0 : 40 })
    const violations = findViolations(history)
    if (violations.length > 0) t.fail(`${n}: ${violations.join('\n')}`)
  }
  t.pass()
})

t.test('what a flawed operation does is found', async (t) => {
  const caught = Object.fromEntries(flaws.map((flaw) => {
    const chance = makeChance(2)
    const histories = Array.from({ length: 40 }, () => simulate(chance, { clients: 8, requests: 120, unknownOneIn: 20, flaw }))
    return [flaw, histories.filter((history) => findViolations(history).length > 0).length]
  }))
  t.comment(caught)
  // a read of the state before is right beside the write that ends it, and an update made twice shows only if another came between
  for (const [flaw, count] of Object.entries(caught)) t.ok(count >= (flaw === 'stale read' ? 25 : flaw === 'unknown, made twice' ? 12 : 40), `${flaw}: ${count} of 40`)
})

t.test('what is changed in a good history is found', async (t) => {
  const caught = Object.fromEntries(mutations.map((mutation) => {
    const chance = makeChance(3)
    const histories = Array.from({ length: 50 }, () => mutate(chance, simulate(chance, { clients: 8, requests: 120, unknownOneIn: 100 }), mutation))
    return [mutation, histories.filter((history) => history !== undefined && findViolations(history).length > 0).length]
  }))
  t.comment(caught)
  for (const [mutation, count] of Object.entries(caught)) t.ok(count >= 35, `${mutation}: ${count} of 50`)
  t.ok(Object.values(caught).reduce((sum, count) => sum + count, 0) >= 270, 'nine of ten')
})
