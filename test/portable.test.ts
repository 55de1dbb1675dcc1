import t from 'tap'
import type { Test } from 'tap'
import { GraphError, memoryStore } from '../index.js'
import type { OperationStore } from '../index.js'
import { operationIdPattern } from '../schemas/operation-id.js'
import { makeApp } from './support/app.js'

/*
 * What engines disagree on never reaches a store: U+0000, half a surrogate pair, years outside 0001–9999, and
 * names that no operation, owner or tenant can have.
 */

const isPortable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

function textsIn (value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([name, member]) => [name, ...textsIn(member)]) : []
}

/** Why a store could not take these arguments. */
function problemsOf (given: unknown): string[] {
  const problems = textsIn(given).filter((text) => !isPortable(text)).map((text) => `the text ${JSON.stringify(text)}`)
  JSON.stringify(given, (name, value: unknown) => {
    if (name === 'text') problems.push(...textsIn(JSON.parse(value as string)).filter((text) => !isPortable(text)).map((text) => `within a record, the text ${JSON.stringify(text)}`))
    if (name === 'id' && !new RegExp(operationIdPattern).test(value as string)) problems.push(`the id ${String(value)}`)
    if ((name === 'created' || (name === 'lastAction' && value !== '')) && !/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/.test(value as string)) problems.push(`the instant ${String(value)}`)
    return value
  })
  return problems
}

/** A store that notes what it should not have been asked. */
function watch (store: OperationStore): { store: OperationStore, calls: string[], problems: string[] } {
  const [calls, problems]: [string[], string[]] = [[], []]
  const watched = Object.fromEntries(Object.entries(store).map(([name, member]) => [name, typeof member !== 'function'
    ? member
    : (...given: unknown[]) => {
        calls.push(name)
        problems.push(...problemsOf(given).map((problem) => `${name} was given ${problem}`))
        return (member as (...given: unknown[]) => unknown)(...given)
      }])) as unknown as OperationStore
  return { store: watched, calls, problems }
}

async function setUp (t: Test) {
  const watched = watch(memoryStore())
  const app = await makeApp(t, { store: watched.store })
  await app.inject({ method: 'POST', url: '/v1.0/communications/calls/1/operations', payload: { id: 'a', clientContext: '😀' } })
  return { app, ...watched }
}

const calls = '/v1.0/communications/calls/1/operations'
const notes = '/v1.0/sites/1/onenote/operations'

/** As they stand in a URL. */
const encoded = ['%00', 'a%00', '%00a', '%ed%a0%80', 'a%ed%b0%80', '%ff', '%c0%80']

t.test('the watch notices', async (t) => {
  const { store, problems, calls } = watch(memoryStore())
  const key = { tenant: 't', owner: 'calls/1' }
  await store.find({ ...key, id: 'a\0' })
  await store.list(key, { filter: { kind: 'literal', value: '\ud800' }, orderBy: [] }, { limit: 1, skip: 0 })
  await store.commit(key, [{ kind: 'insert', record: { id: 'a', type: 'x', created: '0000-01-01T00:00:00.0000000Z', lastAction: '', status: -1, text: '{"a":{"b\\u0000":1}}' } }])
  t.match(problems, [/^find was given the text "a/, /^find was given the id/, /^list was given the text/, /^commit was given the instant/, /^commit was given within a record/])
  t.strictSame(calls, ['find', 'list', 'commit'])
})

t.test('over HTTP: names in URLs', async (t) => {
  const { app, problems, calls: called } = await setUp(t)
  called.length = 0
  const taken: string[] = []
  for (const name of encoded) {
    for (const url of [`${calls}/${name}`, `${calls}('${name}')`, `/v1.0/communications/calls/${name}/operations`, `/v1.0/communications/calls/${name}/operations/a`, `/v1.0/sites('${name}')/onenote/operations`]) {
      for (const method of ['GET', 'PATCH', 'DELETE', 'POST'] as const) {
        const { statusCode } = await app.inject({ method, url, ...((method === 'PATCH' || method === 'POST') && { payload: { id: 'a' } }) })
        if (![400, 404, 405].includes(statusCode)) taken.push(`${method} ${url}: ${statusCode}`)
      }
    }
  }
  t.strictSame([taken, problems, called], [[], [], []])
})

t.test('over HTTP: query options and headers', async (t) => {
  const { app, problems, calls: called } = await setUp(t)
  called.length = 0
  const taken: string[] = []
  for (const text of encoded) {
    for (const option of [`$filter=id eq '${text}'`, `$filter=contains(clientContext,'${text}')`, `$filter=x${text} eq 1`, `$filter=x in ('a','${text}')`, `$orderby=${text}`, `$orderby=clientContext ${text}`, `$skiptoken=${text}`, `$select=${text}`, `$top=${text}`]) {
      for (const url of [calls, `${calls}/$count`]) {
        const { statusCode } = await app.inject({ url: `${url}?${option.replaceAll(' ', '%20')}` })
        if (statusCode !== 400) taken.push(`${url}?${option}: ${statusCode}`)
      }
    }
  }
  for (const instant of ['0000-01-01T00:00:00Z', '10000-01-01T00:00:00Z', '0001-01-01T00:00:00%2B00:01', '9999-12-31T23:59:59-00:01', '-0001-01-01T00:00:00Z']) {
    t.equal((await app.inject({ url: `${notes}?$filter=createdDateTime%20gt%20${instant}` })).statusCode, 400, instant)
    t.equal((await app.inject({ url: `${calls}?$filter=x%20eq%20${instant}` })).statusCode, 400, instant)
  }
  t.strictSame([taken, problems, called], [[], [], []])
  t.equal((await app.inject({ url: `${calls}?$filter=clientContext%20eq%20'%F0%9F%98%80'` })).json().value.length, 1, 'what is text is asked')
})

t.test('over HTTP: bodies', async (t) => {
  const { app, problems } = await setUp(t)
  const before = await app.operationStore.changes({ tenant: 'local', owner: 'calls/1' }, undefined, 10)
  const taken: string[] = []
  for (const text of ['a\\u0000b', '\\ud800', '\\udc00\\ud83d']) {
    const bodies = [
      `{"id":"${text}"}`, `{"clientContext":"${text}"}`, `{"@odata.type":"${text}"}`, `{"@odata.type":"#microsoft.graph.${text}"}`, `{"x":"${text}"}`, `{"x":["${text}"]}`, `{"x":{"y":{"z":"${text}"}}}`, `{"${text}":1}`, `{"x":{"${text}":1}}`, `{"x@odata.type":"${text}"}`, `{"status":"${text}"}`, `{"resultInfo":{"code":1,"subcode":1,"message":"${text}"}}`
    ]
    const listed = bodies.map((body) => `{"@context":"#$delta","value":[${body.replace('{', '{"id":"b",')}]}`)
    const named = [`{"@context":"#$delta","value":[{"id":"${text}"}]}`, `{"@context":"#$delta","value":[{"@id":"operations('${text}')"}]}`, `{"@context":"#$delta","value":[{"@removed":{},"id":"${text}"}]}`, `{"@context":"#$delta","value":[{"@removed":{},"@id":"${calls}/${text}"}]}`]
    for (const [method, url, payloads] of [['POST', calls, bodies], ['PATCH', calls, [...bodies, ...listed, ...named]], ['PATCH', `${calls}/a`, bodies]] as const) {
      for (const payload of payloads) {
        for (const prefer of payload.includes('$delta') ? [undefined, 'continue-on-error'] : [undefined]) {
          const { statusCode, body } = await app.inject({ method, url, payload, headers: { 'content-type': 'application/json', ...(prefer && { prefer }) } })
          // with continue-on-error the failure is told in the answer
          if (statusCode !== 400 && !body.includes('invalidRequest')) taken.push(`${method} ${url} ${payload}: ${statusCode} ${body}`)
        }
      }
    }
  }
  for (const instant of ['0000-01-01T00:00:00Z', '10000-01-01T00:00:00Z', '0001-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01', '+012345-01-01T00:00:00Z']) {
    for (const property of ['createdDateTime', 'lastActionDateTime']) t.equal((await app.inject({ method: 'POST', url: notes, payload: { [property]: instant } })).statusCode, 400, `${property} ${instant}`)
  }
  t.strictSame([taken, problems], [[], []])
  t.strictSame(await app.operationStore.changes({ tenant: 'local', owner: 'calls/1' }, undefined, 10), before, 'nothing was written')
})

t.test('through app.operations, and by whom the host says calls', async (t) => {
  const { app, problems, calls: called } = await setUp(t)
  const key = { tenant: 'local', owner: 'calls/1', id: 'a' }
  called.length = 0
  const taken: string[] = []
  const refuses = async (name: string, call: Promise<unknown>): Promise<void> => {
    const answer: unknown = await call.then(() => 'taken', (error: unknown) => error)
    if (!(answer instanceof GraphError) || answer.code !== 'invalidRequest') taken.push(`${name}: ${String(answer)}`)
  }
  for (const text of ['\0', 'a\0', '\ud800', 'a\udc00', '', '.', 'a b', 'é', 'x'.repeat(257)]) {
    for (const wrong of [{ ...key, id: text }, { ...key, tenant: text }, { ...key, owner: `calls/${text}` }, { ...key, owner: text }]) {
      const name = JSON.stringify(wrong)
      await refuses(`find ${name}`, app.operations.find(wrong))
      await refuses(`update ${name}`, app.operations.update(wrong, { clientContext: 'x' }))
      await refuses(`upsert ${name}`, app.operations.update(wrong, { clientContext: 'x' }, { createIfMissing: true }))
      await refuses(`remove ${name}`, app.operations.remove(wrong))
    }
    await refuses('create', app.operations.create({ ...key, tenant: text }, {}))
    await refuses('create', app.operations.create(key, { id: text }))
  }
  for (const text of ['\0', '\ud800', 'a\udc00']) {
    const bodies: object[] = [{ clientContext: text }, { x: text }, { x: [{ y: text }] }, { [`x${text}`]: 1 }]
    for (const body of bodies) {
      await refuses(`create ${JSON.stringify(body)}`, app.operations.create(key, body))
      await refuses(`update ${JSON.stringify(body)}`, app.operations.update(key, body))
    }
  }
  const callers = [{ tenant: '\0', subject: 'me' }, { tenant: 't', subject: '\ud800' }]
  for (const principal of callers) {
    const guarded = await makeApp(t, { store: app.operationStore, auth: () => principal, authorize: () => true })
    for (const url of [calls, '/v1.0/me/onenote/operations']) t.equal((await guarded.inject({ url })).statusCode, 401, 'a tenant or a subject that is none')
  }
  t.strictSame([taken, problems, called], [[], [], []])
  t.match(await app.operations.find(key), { value: { clientContext: '😀' } }, 'what is there is found')
})
