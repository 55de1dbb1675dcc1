import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { InjectOptions, Response } from 'light-my-request'
import t from 'tap'
import type { Test } from 'tap'
import { memoryStore } from '../index.js'
import type { OperationStore } from '../index.js'
import { makeApp } from './support/app.js'

const calls = '/v1.0/communications/calls/57/operations'
const notes = '/v1.0/sites/57/onenote/operations'

/** Longer than this no request may keep others waiting. Milliseconds. */
const longestBlock = 50

/** A machine that has other things to do may hold the process up; what holds it up every time is the request. */
const tries = 5

/** Watches how long the event loop was held at most: as time went by, and not for longer than this process worked. Milliseconds. */
function watch (): () => number {
  let longest = 0
  let last = { time: performance.now(), work: process.cpuUsage() }
  const look = (): void => {
    const { user, system } = process.cpuUsage(last.work)
    longest = Math.max(longest, Math.min(performance.now() - last.time, (user + system) / 1_000))
    last = { time: performance.now(), work: process.cpuUsage() }
  }
  const timer = setInterval(look, 1)
  return () => {
    look()
    clearInterval(timer)
    return longest
  }
}

/** Sends a request, and looks whether others would have had to wait for it. */
async function send (t: Test, app: FastifyInstance, what: string, request: InjectOptions): Promise<Response> {
  const blocks: number[] = []
  for (;;) {
    const stop = watch()
    const answer = await app.inject(request)
    await nextTurn()
    blocks.push(stop())
    const block = Math.min(...blocks)
    if (block > longestBlock && blocks.length < tries) continue
    if (block > longestBlock) t.fail(`${what} held the event loop for ${block} ms`)
    return answer
  }
}

function post (payload: string | object, url = calls, method: 'POST' | 'PATCH' = 'POST', headers: Record<string, string> = {}): InjectOptions {
  return { method, url, headers: { 'content-type': 'application/json', ...headers }, payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }
}

interface Limit {
  readonly name: string
  readonly limit: number
  /** A request with so much of it. */
  readonly make: (amount: number) => InjectOptions
  readonly taken: number
  readonly refused?: number
  /** What is said of more than the limit. */
  readonly said: RegExp
  /** Of ten times the limit, where something else is said of that. */
  readonly saidOfTen?: RegExp
}

const query = (text: string, url = calls): InjectOptions => ({ url: `${url}?${text}` })
const filter = (text: string, url = calls): InjectOptions => query(`$filter=${encodeURIComponent(text)}`, url)
const repeat = (text: string, times: number, separator = ''): string => Array.from({ length: times }, () => text).join(separator)
const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
const declared = ['id', 'createdDateTime', 'lastActionDateTime', 'status', 'percentComplete', 'resourceId', 'resourceLocation', 'error/code', 'error/message']

const limits: readonly Limit[] = [
  { name: 'bytes of a body', limit: 65_536, make: (bytes) => post(`{"clientContext":"x"${' '.repeat(bytes - 21)}}`), taken: 201, refused: 413, said: /at most 65,536 bytes/ },
  { name: 'levels of a body', limit: 32, make: (levels) => post(nested(levels)), taken: 201, said: /at most 32 levels/ },
  { name: 'characters of a declared text', limit: 4_096, make: (length) => post({ percentComplete: 'x'.repeat(length) }, notes), taken: 201, said: /"percentComplete" must have at most 4096 characters/ },
  { name: 'characters of a declared text beyond the first plane', limit: 256, make: (length) => post({ clientContext: '😀'.repeat(length) }), taken: 201, said: /"clientContext" must have at most 256 characters/ },
  { name: 'characters of a text in a complex value', limit: 4_096, make: (length) => post({ error: { code: 'x'.repeat(length) } }, notes), taken: 201, said: /"error\/code" must have at most 4096 characters/ },
  { name: 'characters of a dynamic text', limit: 4_096, make: (length) => post({ a: [{ b: 'x'.repeat(length) }] }), taken: 201, said: /"a\/0\/b" must have at most 4096 characters/ },
  { name: 'characters of a dynamic name', limit: 128, make: (length) => post({ ['x'.repeat(length)]: 1 }), taken: 201, said: /its name must match .*\{0,127\}/ },
  { name: 'dynamic properties', limit: 100, make: (count) => post(Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, index]))), taken: 201, said: /at most 100 dynamic properties/ },
  { name: 'characters of an id in a URL', limit: 128, make: (length) => ({ url: `${calls}/${'x'.repeat(length)}` }), taken: 404, said: /"id" must match .*\{1,128\}/, saidOfTen: /at most 256 characters/ },
  { name: 'characters of an id in a PATCH', limit: 128, make: (length) => post({ id: 'x'.repeat(length) }, calls, 'PATCH'), taken: 404, said: /"id" must .*128/ },
  { name: 'characters of the id of an owner', limit: 256, make: (length) => ({ url: `/v1.0/communications/calls/${'x'.repeat(length)}/operations` }), taken: 200, said: /at most 256 characters/ },
  { name: 'changes of a delta payload', limit: 100, make: (count) => post({ '@context': '#$delta', value: Array.from({ length: count }, (_, index) => ({ id: `delta-${index}` })) }, calls, 'PATCH'), taken: 200, said: /"value" must have at most 100 changes/ },
  { name: 'characters of $filter', limit: 2_048, make: (length) => filter(`clientContext eq '${'x'.repeat(length - 19)}'`), taken: 200, said: /\$filter: it must have at most 2,048 characters/ },
  { name: 'terms of $filter', limit: 100, make: (terms) => filter(repeat('true', terms - 1, ' or ')), taken: 200, said: /at most 100 operators/, saidOfTen: /at most 2,048 characters/ },
  { name: 'levels of $filter', limit: 16, make: (levels) => filter(`${'('.repeat(levels)}true${')'.repeat(levels)}`), taken: 200, said: /at most 16 levels/ },
  { name: 'levels of not', limit: 16, make: (levels) => filter(`${'not '.repeat(levels)}true`), taken: 200, said: /at most 16 levels/ },
  { name: 'values of in', limit: 50, make: (count) => filter(`clientContext in (${repeat("'a'", count, ',')})`), taken: 200, said: /at most 50 values/ },
  { name: 'properties of $orderby', limit: 4, make: (count) => query(`$orderby=${Array.from({ length: count }, (_, index) => declared[index % declared.length]).join(',')}`, notes), taken: 200, said: /\$orderby: it must have at most 4 properties/ },
  { name: 'properties of $select', limit: 50, make: (count) => query(`$select=${repeat('id', count, ',')}`), taken: 200, said: /\$select: it must have at most 50 properties/ },
  { name: 'segments of a path', limit: 16, make: (count) => query(`$select=${repeat('a', count, '/')}`), taken: 200, said: /at most 16 segments/ },
  { name: '$top', limit: 1_000, make: (top) => query(`$top=${top}`), taken: 200, said: /\$top: it must be a whole number from 1 to 1000/ },
  { name: '$skip', limit: 10_000, make: (skip) => query(`$skip=${skip}`), taken: 200, said: /\$skip: it must be a whole number from 0 to 10000/ }
]

t.test('each limit: one less, as much, one more, ten times as much', async (t) => {
  const app = await makeApp(t)
  for (const { name, limit, make, taken, refused = 400, said, saidOfTen = said } of limits) {
    for (const amount of [limit - 1, limit]) t.equal((await send(t, app, `${name} ${amount}`, make(amount))).statusCode, taken, `${amount}: ${name}`)
    for (const [amount, message] of [[limit + 1, said], [10 * limit, saidOfTen]] as const) {
      const answer = await send(t, app, `${name} ${amount}`, make(amount))
      t.strictSame([answer.statusCode, answer.json().error.code], [refused, 'invalidRequest'], `${amount}: ${name}`)
      t.match(answer.json().error.message, message)
    }
  }
})

t.test('what an operation may grow to', async (t) => {
  const app = await makeApp(t)
  await app.inject(post({ id: 'a' }))
  const list = (length: number) => repeat('1', length, ',')
  for (const name of ['b', 'c', 'd', 'e']) t.equal((await app.inject(post(`{"${name}":[${list(32_000)}]}`, `${calls}/a`, 'PATCH'))).statusCode, 200)
  const { '@odata.context': _context, '@odata.etag': _etag, ...stored } = (await app.inject({ url: `${calls}/a` })).json()
  const left = 262_144 - JSON.stringify(stored).length - ',"f":[""],"g":1'.length
  const texts = (length: number) => JSON.stringify([...Array.from({ length: Math.floor(length / 4_003) }, () => 'x'.repeat(4_000)), 'x'.repeat(length % 4_003)])
  // each text but the last has its quotes and a comma
  for (const [more, status] of [[1, 400], [-1, 200], [0, 200]] as const) {
    const answer = await send(t, app, 'an operation of the greatest size', post(`{"f":${texts(left + more)},"g":1}`, `${calls}/a`, 'PATCH'))
    t.equal(answer.statusCode, status, `${262_144 + more} characters`)
    if (status === 400) t.match(answer.json().error.message, /at most 262,144 characters/)
  }
  const { '@odata.context': _, '@odata.etag': __, ...whole } = (await app.inject({ url: `${calls}/a` })).json()
  t.equal(JSON.stringify(whole).length, 262_144)
})

const fit = (piece: string, bytes = 64_000): string => piece.repeat(Math.floor(bytes / piece.length))
const names = (count: number, toName = (index: number) => `k${index}`): string => Array.from({ length: count }, (_, index) => `"${toName(index)}":1`).join(',')

/** As much work as 64 KiB can ask for. */
const bodies: ReadonlyArray<readonly [what: string, body: string, url: string, status: number]> = [
  ['brackets', fit('['), calls, 400],
  ['brackets that are closed', `{"a":${fit('[', 32_000)}${fit(']', 32_000)}}`, calls, 400],
  ['braces', `${fit('{"a":', 50_000)}1${fit('}', 10_000)}`, calls, 400],
  ['one name many times', `{${fit('"a":1,')}"a":1}`, calls, 400],
  ['many names, the last of them twice', `{${names(6_000)},"k5999":1}`, calls, 400],
  ['many names that a closed type does not have', `{${names(6_000)}}`, notes, 400],
  ['many names of an open type', `{${names(6_000)}}`, calls, 400],
  ['many names that cannot be', `{${names(5_500, (index) => `k-${index}`)}}`, calls, 400],
  ['many items of no shape', `{"@odata.type":"#microsoft.graph.inviteParticipantsOperation","participants":[${fit('1,')}1]}`, calls, 400],
  ['many items that lack something', `{"@odata.type":"#microsoft.graph.inviteParticipantsOperation","participants":[${fit('{},')}{}]}`, calls, 400],
  ['many items that are wrong inside', `{"@odata.type":"#microsoft.graph.inviteParticipantsOperation","participants":[${fit('{"identity":{"user":1}},')}{}]}`, calls, 400],
  ['many texts that cannot be stored', `{"a":[${fit('"\\u0000",')}1]}`, calls, 400],
  ['many numbers that lose digits', `{"a":[${fit('12345678901234567,')}1]}`, calls, 400],
  ['a number of many digits', `{"a":${fit('9')}}`, calls, 400],
  ['a number of many decimals', `{"a":0.${fit('9')}}`, calls, 201],
  ['many backslashes', `{"a":"${fit('\\\\')}"}`, calls, 400],
  ['many quotes', `{"a":"${fit('\\"')}"}`, calls, 400],
  ['many colons in texts', `{"a":[${fit('":",')}1]}`, calls, 201],
  ['many spaces', `{"a":${fit(' ')}1}`, calls, 201]
]

const filters: ReadonlyArray<readonly [what: string, text: string, status: number]> = [
  ['not', `${'not '.repeat(500)}true`, 400],
  ['a long text of doubled quotes', `clientContext eq '${"''".repeat(1_000)}'`, 200],
  ['a long text that is not closed', `'${"''".repeat(1_000)}`, 400],
  ['parentheses', '('.repeat(2_048), 400],
  ['a long name', 'a'.repeat(2_048), 400],
  ['dots', 'a.'.repeat(1_024), 400],
  ['a long path', `${'a/'.repeat(1_000)}a eq 1`, 400],
  ['digits', '1'.repeat(2_048), 400],
  ['dates', '2016-12-31T'.repeat(180), 400],
  ['dashes', `00000000${'-'.repeat(2_000)}`, 400],
  ['spaces', `${' '.repeat(2_000)}true`, 200],
  ['functions in functions', `${'tolower('.repeat(200)}x${')'.repeat(200)}`, 400],
  ['or', repeat('clientContext eq null', 90, ' or '), 400]
]

const headers: ReadonlyArray<readonly [name: string, values: readonly string[]]> = [
  ['prefer', ['"'.repeat(15_000), '"\\'.repeat(7_000), ','.repeat(15_000), 'a=b;'.repeat(3_700), `return=minimal${' '.repeat(15_000)}x`, '!'.repeat(15_000)]],
  ['accept', ['a/b;q=1,'.repeat(1_900), '*/*;a=b,'.repeat(1_600), '"\\'.repeat(7_000), ';'.repeat(15_000), `a/b${' '.repeat(15_000)}x`, `a/b;${'c="d";'.repeat(2_500)}`]],
  ['if-match', [','.repeat(15_000), '"a",'.repeat(3_700), 'W/'.repeat(7_000), '"'.repeat(15_001), `"a"${' '.repeat(15_000)}x`, ', '.repeat(7_000)]],
  ['host', ['a'.repeat(15_000), 'a.'.repeat(7_000), '%41'.repeat(5_000), '['.repeat(15_000), '1.'.repeat(7_000)]],
  ['content-type', [`a/${';'.repeat(15_000)}`, `application/json${';a=b'.repeat(3_700)}`, `application/json;a="${'\\'.repeat(15_000)}`]],
  ['client-request-id', ['!'.repeat(15_000)]],
  ['odata-maxversion', ['9'.repeat(15_000)]]
]

t.test('no request makes others wait', async (t) => {
  const app = await makeApp(t)
  for (const [what, body, url, status] of bodies) {
    t.equal((await send(t, app, what, post(body, url))).statusCode, status, what)
    // how many members there are is counted with those that are stored
    const ofNone = status === 201 || what === 'many names of an open type' ? 404 : status
    t.equal((await send(t, app, what, post(body, `${url}/none`, 'PATCH'))).statusCode, ofNone, `${what}, in a PATCH`)
  }
  for (const [what, text, status] of filters) t.equal((await send(t, app, what, filter(text))).statusCode, status, what)
  for (const [name, texts] of headers) {
    for (const value of texts) t.ok((await send(t, app, `${name} ${value.slice(0, 20)}`, post('{}', `${calls}/none`, 'PATCH', { [name]: value }))).statusCode < 500, `${name} ${JSON.stringify(value.slice(0, 20))}`)
  }
  const others = ['$orderby=id' + '+'.repeat(15_000) + 'x', `$orderby=${','.repeat(15_000)}`, `$select=${','.repeat(15_000)}`, `$select=${'a/'.repeat(7_000)}a`, '&'.repeat(15_000), '%'.repeat(15_000), `$filter=${'+'.repeat(15_000)}`, `$skiptoken=${'a'.repeat(15_000)}`, `$select=${Array.from({ length: 50 }, (_, index) => `${'a/'.repeat(14)}b${index}`).join(',')}`]
  for (const text of others) t.ok((await send(t, app, text.slice(0, 30), query(text))).statusCode < 500, text.slice(0, 30))
  const references = ['../'.repeat(150), `a('${"''".repeat(250)}`, '%2e'.repeat(150), 'http://'.repeat(80)]
  for (const reference of references) {
    const value = Array.from({ length: 100 }, (_, index) => ({ '@id': `${reference}${index}` }))
    t.equal((await send(t, app, reference.slice(0, 20), post({ '@context': '#$delta', value }, calls, 'PATCH'))).statusCode, 400, reference.slice(0, 20))
  }
  const wrong = Array.from({ length: 100 }, (_, index) => ({ id: `w${index}`, status: 'x', clientContext: 5, a: ['\0'] }))
  t.equal((await send(t, app, 'a hundred changes that fail', post({ '@context': '#$delta', value: wrong }, calls, 'PATCH', { prefer: 'odata.continue-on-error' }))).statusCode, 200)
})

/** Stores operations with a dynamic text each, without the routes. */
async function fill (store: OperationStore, owner: string, count: number, note: string): Promise<void> {
  const type = 'microsoft.graph.commsOperation'
  const toInsert = (index: number) => {
    const id = `o${index}`
    const text = JSON.stringify({ '@odata.type': `#${type}`, id, clientContext: 'x', resultInfo: null, status: 'NotStarted', note })
    return { kind: 'insert' as const, record: { id, type, created: `2020-01-01T00:00:00.${String(index).padStart(7, '0')}Z`, lastAction: '', status: 0, text } }
  }
  for (let start = 0; start < count; start += 1_000) await store.commit({ tenant: 'local', owner }, Array.from({ length: Math.min(1_000, count - start) }, (_, offset) => toInsert(start + offset)))
}

t.test('queries of many and large operations', async (t) => {
  const store = memoryStore()
  const app = await makeApp(t, { store })
  await fill(store, 'calls/many', 10_000, 'a'.repeat(4_096))
  const url = '/v1.0/communications/calls/many/operations'
  for (const text of [`contains(note,'${'a'.repeat(30)}b')`, 'length(note) gt 4096', repeat("contains(toupper(note),'B')", 2, ' or ')]) t.strictSame((await send(t, app, text, filter(text, url))).json().value, [], text)
  t.equal((await send(t, app, 'a count', filter("contains(note,'b')", `${url}/$count`))).body, '0')
  for (const accept of ['application/json', 'application/json;odata.metadata=full', 'application/json;odata.metadata=none']) {
    const { value, '@odata.nextLink': link } = (await send(t, app, `a large page, ${accept}`, { url: `${url}?$top=1000`, headers: { accept } })).json()
    t.ok(value.length > 200 && value.length < 300 && typeof link === 'string', `a page of ${value.length} operations, and a link to more`)
    t.equal((await app.inject({ url: link.replace('http://localhost:80', ''), headers: { accept } })).json().value[0].id, `o${value.length}`)
  }
  t.equal((await send(t, app, 'an order without an index', query('$orderby=clientContext&$top=1000', url))).statusCode, 200)
  t.equal((await send(t, app, 'the last page', query('$skip=9999&$count=true', url))).json()['@odata.count'], 10_000)

  t.equal((await send(t, app, 'as many as may be read', query('$orderby=clientContext', url))).statusCode, 200)
  await fill(store, 'calls/more', 10_001, 'x')
  const more = url.replace('many', 'more')
  for (const request of [query('$orderby=clientContext', more), filter("note eq 'y'", more), filter("note eq 'y'", `${more}/$count`)]) {
    const answer = await send(t, app, 'one more than may be read', request)
    t.equal(answer.statusCode, 400)
    t.match(answer.json().error.message, /more than 10,000 operations/)
  }
})

t.test('an operation that is larger than a page has a page of its own', async (t) => {
  const store = memoryStore()
  const app = await makeApp(t, { store })
  await fill(store, 'calls/57', 3, 'x'.repeat(1_100_000))
  const ids: string[] = []
  for (let url: string | undefined = calls; url !== undefined;) {
    const { value, '@odata.nextLink': link }: { value: Array<{ id: string }>, '@odata.nextLink'?: string } = (await app.inject({ url })).json()
    ids.push(value.map(({ id }) => id).join())
    url = link?.replace('http://localhost:80', '')
  }
  t.strictSame(ids, ['o0', 'o1', 'o2'])
})
