import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import type { InjectOptions, Response } from 'light-my-request'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { graphNotFoundHandler, memoryStore, recommendedServerOptions } from '../index.js'
import type { GraphOperationsOptions } from '../index.js'
import { createServer } from '../server.js'
import { makeApp } from './support/app.js'

const calls = '/v1.0/communications/calls/57/operations'
const notes = '/v1.0/sites/57/onenote/operations'

/** What is expected: a status, and the code of the error if it is one. */
type Outcome = readonly [status: number, code?: string]

const created: Outcome = [201]
const invalid: Outcome = [400, 'invalidRequest']
const unsupported: Outcome = [415, 'notSupported']
const missing: Outcome = [404, 'itemNotFound']

function outcomeOf ({ statusCode, body }: Pick<Response, 'statusCode' | 'body'>): Outcome {
  return statusCode < 400 ? [statusCode] : [statusCode, JSON.parse(body).error.code]
}

const json = { 'content-type': 'application/json' }

/** Sends a body as POST, and as PATCH of an operation that is there. */
async function sendBoth (app: FastifyInstance, payload: string | Buffer, headers: Record<string, string> = json, collection = calls): Promise<Outcome[]> {
  await app.inject({ method: 'POST', url: collection, payload: { id: 'kept' } })
  const answers = [await app.inject({ method: 'POST', url: collection, payload, headers }), await app.inject({ method: 'PATCH', url: `${collection}/kept`, payload, headers })]
  return answers.map(outcomeOf)
}

function both ([status, code]: Outcome): Outcome[] {
  return status === 201 ? [created, [200]] : [[status, code!], [status, code!]]
}

/** Fit for one line of a report. */
function shown (text: string): string {
  return JSON.stringify(text.slice(0, 60)).replaceAll(/[^\x20-\x7e]/gu, (character) => `U+${character.codePointAt(0)!.toString(16)}`)
}

t.test('names that every object of JavaScript has', async (t) => {
  const app = await makeApp(t)
  const poisoned = ['{"__proto__":{"polluted":1}}', '{"\\u005f\\u005fproto\\u005f\\u005f":{"polluted":1}}', '{"__proto\\u005f_":null}', '{"a":{"__proto__":1}}', '{"a":[{"b":{"\\u005f_proto__":[]}}]}', '{"constructor":{"prototype":{"polluted":1}}}', '{"a":[[{"constructor":{"prototype":1}}]]}', '{"\\u0063onstructor":{"protot\\u0079pe":null}}', '{"@context":"#$delta","value":[{"__proto__":{"id":"x"}}]}']
  for (const body of poisoned) t.strictSame(await sendBoth(app, body), both(invalid), body)
  for (const body of ['{"__proto__":1}', '{"constructor":{"prototype":1}}', '{"toString":"x"}', '{"error":{"hasOwnProperty":"x"}}', '{"error":{"__proto__":"x"}}', '{"constructor":1}']) {
    t.strictSame(await sendBoth(app, body, json, notes), both(invalid), `${body} in a closed type`)
  }
  const names = ['toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf', 'constructor', 'prototype', 'then', 'toJSON', '__defineGetter__', '__lookupSetter__', 'length', 'name']
  for (const name of names) {
    const id = `id-${name}`
    t.equal((await app.inject({ method: 'POST', url: calls, payload: { id, [name]: 'x', deep: { [name]: { [name]: 1 } } } })).statusCode, 201, name)
    const found = (await app.inject({ url: `${calls}/${id}?$select=${name},deep/${name}&` })).json()
    t.equal(found[name], 'x', `${name} is selected`)
    t.equal(JSON.stringify(found.deep), JSON.stringify({ [name]: { [name]: 1 } }))
    t.strictSame((await app.inject({ url: `${calls}?$filter=${encodeURIComponent(`${name} eq 'x'`)}` })).json().value.map((one: { id: string }) => one.id), [id], `${name} is found by that operation alone`)
    await app.inject({ method: 'PATCH', url: `${calls}/${id}`, payload: { [name]: null } })
    t.notOk(Object.hasOwn((await app.inject({ url: `${calls}/${id}` })).json(), name), `${name} is taken away`)
  }
  for (const id of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    t.strictSame(outcomeOf(await app.inject({ url: `${calls}/${id}` })), missing, `${id} is no operation`)
    t.equal((await app.inject({ method: 'POST', url: calls, payload: { id } })).statusCode, 201)
    t.equal((await app.inject({ url: `${calls}/${id}` })).json().id, id)
    t.equal((await app.inject({ url: `/v1.0/app/calls/${id}/operations` })).json().value.length, 0, `${id} is an owner like others`)
  }
  for (const option of ['__proto__=1', '$__proto__=1', '__proto__[x]=1', 'constructor=1', 'toString=', 'hasOwnProperty', '$select=__proto__', '$orderby=toString', '$orderby=__proto__', '$filter=__proto__%20eq%201', 'constructor[prototype][x]=1']) {
    const [name = ''] = option.split('=')
    const isOpenName = option === '$select=__proto__' || option.startsWith('$filter')
    t.strictSame(outcomeOf(await app.inject({ url: `${notes}?${option}` })), invalid, option)
    if (!isOpenName) t.strictSame(outcomeOf(await app.inject({ url: `${calls}?${option}` })), invalid, `${name} in an open type`)
  }
  for (const type of ['__proto__', '#constructor', '#toString', 'microsoft.graph.__proto__', '#microsoft.graph.constructor']) t.strictSame(await sendBoth(app, JSON.stringify({ '@odata.type': type })), both(invalid), type)
  t.equal(({} as Record<string, unknown>)['polluted'], undefined)
  t.equal(Object.keys(Object.prototype).length, 0)
})

/** Bodies of a JSON parsing suite as a member of an object, where they are one. @see RFC 8259; github.com/nst/JSONTestSuite */
const values: ReadonlyArray<readonly [value: string, isJson: boolean]> = [
  ['[]', true], ['[[]]', true], ['[null]', true], ['[1 ]', true], ['""', true], ['" "', true], ['-0', true], ['0e1', true], ['0e+1', true], ['0E1', true], ['1E22', true], ['1E-2', true], ['1E+2', true], ['123e45', true], ['123.456e78', true], ['-0.0000001', true], ['0.5', true], ['"\\u0060\\u012a\\u12AB"', true], ['"\\uD801\\udc37"', true], ['"\\ud83d\\ude39\\ud83d\\udc8d"', true], ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', true], ['"\\\\u0000"', true], ['"\\u2028\\u2029"', true], ['"\u2028\u2029"', true], ['"\u007f"', true], ['"\\u0012"', true], ['"\\uDBFF\\uDFFE"', true], ['"\\uFFFE\\uFFFF"', true], ['"\\u200B"', true], ['"\\uA66D"', true], ['"⍂㈴⍂"', true], ['"\ufeff"', true], ['true', true], ['false', true], ['null', true], ['{"a":[]}', true], ['{"a\\n":1}'.replace('a\\n', 'a'), true], ['[1,null,null,null,2]', true],
  ['[1,]', false], ['[,1]', false], ['[1,,2]', false], ['[,]', false], ['["",]', false], ['["x"', false], ['["x",,]', false], ['["x"]]', false], ['[1:2]', false], ['[x', false], ['[-]', false], ['[1 true]', false], ['[\n1\n,1', false], ['[\v]', false], ['[\f]', false], ['[nul]', false], ['[fals]', false], ['[tru]', false], ['[True]', false], ['[undefined]', false],
  ['++1', false], ['+1', false], ['+Inf', false], ['-01', false], ['-1.0.', false], ['-2.', false], ['-NaN', false], ['.-1', false], ['.2e-3', false], ['0.1.2', false], ['0.3e+', false], ['0.3e', false], ['0.e1', false], ['0E+', false], ['0E', false], ['1.0e+', false], ['1.0e-', false], ['1 000.0', false], ['1eE2', false], ['2.e+3', false], ['9.e+', false], ['Inf', false], ['Infinity', false], ['-Infinity', false], ['NaN', false], ['0x1', false], ['0x42', false], ['1+2', false], ['- 1', false], ['-foo', false], ['012', false], ['1a', false], ['１', false], ['1_000', false], ['1n', false],
  ['"', false], ['\'x\'', false], ['"\\x00"', false], ['"\\a"', false], ['"\\uqqqq"', false], ['"\\u00A"', false], ['"\\u"', false], ['"\\"', false], ['"\\\t"', false], ['"\\😀"', false], ['"a\u0000a"', false], ['"new\nline"', false], ['"\t"', false], ['"\u001f"', false], ['"\\u{61}"', false], ['“x”', false], ['`x`', false], ['abc', false],
  ['{,}', false], ['{"a":"b",}', false], ['{"a":"b",,"c":1}', false], ['{"a" "b"}', false], ['{"a":}', false], ['{"a"', false], ['{"x"::"b"}', false], ['{a:1}', false], ['{1:1}', false], ['{\'a\':0}', false], ['{"a":"b"}/**/', false], ['{"a":"b"}//', false], ['{"a":"b"}#', false], ['/**/1', false], ['{"a":"a" 123}', false], ['{null:null}', false], ['{[: "x"}', false], ['{"a":/*c*/"b"}', false]
]

t.test('what is JSON, and what looks like it', async (t) => {
  const app = await makeApp(t)
  for (const [value, isJson] of values) t.strictSame(await sendBoth(app, `{"a":${value}}`), both(isJson ? created : invalid), shown(value))

  const wholes: ReadonlyArray<readonly [body: string, outcome: Outcome]> = [
    ['', invalid], [' ', invalid], ['\n', invalid], ['null', invalid], ['true', invalid], ['1', invalid], ['"x"', invalid], ['[]', invalid], ['[{}]', invalid], ['{', invalid], ['}', invalid], ['{}}', invalid], ['{}{}', invalid], ['{} {}', invalid], ['{}\n{}\n', invalid], ['{},', invalid], ['{};', invalid], ['{}#', invalid], ['{}//', invalid], ['/*x*/{}', invalid], ['{}/*x*/', invalid], ['<a/>', invalid], ['a=b', invalid], ['{}\0', invalid], ['\0{}', invalid], ['{}\u00a0', invalid], ['\u00a0{}', invalid], ['{\u2060}', invalid], ['\v{}', invalid], ['\f{}', invalid], ['{\u3000}', invalid], ['{}\u0085', invalid], ['*', invalid], ['[', invalid], ['["a', invalid], ['{"a":[{', invalid], [')]}\',\n{}', invalid],
    [' {} ', created], ['\t{}\t', created], ['\n{}\n', created], ['\r\n{}\r\n', created], [' \t\n\r{ \t\n\r} \t\n\r', created], ['{"a"\t:\n1\r}', created],
    // a number that is no other than the one written
    ['{"a":-0}', created], ['{"a":-0.0}', created], ['{"a":0e400}', created], ['{"a":9007199254740992}', created], ['{"a":1e400}', invalid], ['{"a":-1e400}', invalid], ['{"a":1e-400}', invalid], [`{"a":1${'0'.repeat(400)}}`, invalid], ['{"a":9007199254740993}', invalid], ['{"a":-9223372036854775807}', invalid], ['{"a":[1,{"b":12345678901234567891}]}', invalid],
    // a member that is there twice
    ['{"a":1,"a":1}', invalid], ['{"a":1,"b":2,"\\u0061":1}', invalid], ['{"x":{"a":1,"a":2}}', invalid], ['{"status":"Running","status":"Running"}', invalid], ['{"x":[{"":1,"":2}]}', invalid], ['{"a":1,"A":1}', created]
  ]
  for (const [body, outcome] of wholes) t.strictSame(await sendBoth(app, body), both(outcome), shown(body))
  t.strictSame((await app.inject({ url: `${calls}?$filter=clientContext%20ne%20null` })).json().value, [], 'nothing else came in with them')
})

t.test('depth and width', async (t) => {
  const app = await makeApp(t)
  const nested = (depth: number, [open, close]: readonly [string, string]) => `{"a":${open.repeat(depth)}1${close.repeat(depth)}}`
  for (const kind of [['[', ']'], ['{"b":', '}'], ['[{"b":', '}]']] as const) {
    const levels = kind[0].startsWith('[{') ? 2 : 1
    t.strictSame(await sendBoth(app, nested(Math.floor(31 / levels), kind)), both(created), `${kind[0]} of 32 levels at most`)
    t.strictSame(await sendBoth(app, nested(32, kind)), both(invalid), `${kind[0]} of 33 levels or more`)
    t.strictSame(await sendBoth(app, nested(4_000, kind)), both(invalid), `${kind[0]} of 4,000 levels and more`)
  }
  t.strictSame(await sendBoth(app, '['.repeat(65_536)), both(invalid))
  t.strictSame(await sendBoth(app, `{"a":${'['.repeat(65_000)}`), both(invalid))
  t.strictSame(await sendBoth(app, `{"a":[${'0,'.repeat(32_000)}0]}`), both(created))
  t.strictSame(await sendBoth(app, `{"a":[${'[],'.repeat(21_000)}[]]}`), both(created))
  t.strictSame(await sendBoth(app, JSON.stringify({ a: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`b${index}`, 0])) })), both(created), 'members of a member are not counted')
  t.strictSame(await sendBoth(app, JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`b${index}`, 0])))), both(invalid))
})

t.test('a type is not guessed', async (t) => {
  const app = await makeApp(t)
  const wrong: ReadonlyArray<readonly [url: string, body: object]> = [
    [calls, { clientContext: 5 }], [calls, { clientContext: true }], [calls, { clientContext: ['x'] }], [calls, { clientContext: { toString: 'x' } }], [calls, { resultInfo: { code: '4', subcode: 1 } }], [calls, { resultInfo: { code: 4.5, subcode: 1 } }], [calls, { resultInfo: { code: 2 ** 31, subcode: 1 } }], [calls, { resultInfo: { code: true, subcode: 1 } }], [calls, { resultInfo: [] }], [calls, { resultInfo: 'x' }], [calls, { status: 1 }], [calls, { status: ['Running'] }], [calls, { status: null }], [calls, { status: 'Running ' }], [calls, { status: '' }], [calls, { id: 5 }], [calls, { id: null }], [calls, { id: ['a'] }], [calls, { '@odata.type': 5 }], [calls, { '@odata.type': ['#microsoft.graph.commsOperation'] }], [calls, { participants: 'x', '@odata.type': '#microsoft.graph.muteParticipantsOperation' }],
    [notes, { percentComplete: 40 }], [notes, { lastActionDateTime: 0 }], [notes, { lastActionDateTime: '1' }], [notes, { lastActionDateTime: '2016-02-30T00:00:00Z' }], [notes, { error: 'x' }], [notes, { error: { code: 5 } }], [notes, { error: [] }]
  ]
  for (const [url, body] of wrong) {
    t.strictSame((await sendBoth(app, JSON.stringify(body), json, url))[1], invalid, JSON.stringify(body))
    t.strictSame((await sendBoth(app, JSON.stringify(body), json, url))[0], invalid)
  }
})

t.test('bytes that are no text', async (t) => {
  const app = await makeApp(t)
  const around = (...bytes: number[]) => Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')])
  const wrong: ReadonlyArray<readonly [what: string, body: Buffer]> = [
    ['a continuation byte alone', around(0x80)], ['a first byte alone', around(0xc3)], ['a first byte before text', around(0xc3, 0x28)], ['three bytes cut', around(0xe2, 0x82)], ['four bytes cut', around(0xf0, 0x9f, 0x98)], ['an overlong slash', around(0xc0, 0xaf)], ['an overlong U+0000', around(0xc0, 0x80)], ['three bytes overlong', around(0xe0, 0x80, 0xaf)], ['four bytes overlong', around(0xf0, 0x80, 0x80, 0xaf)], ['a surrogate as bytes', around(0xed, 0xa0, 0x80)], ['a pair of surrogates as bytes', around(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80)], ['above U+10FFFF', around(0xf4, 0x90, 0x80, 0x80)], ['five bytes', around(0xf8, 0x88, 0x80, 0x80, 0x80)], ['0xfe', around(0xfe)], ['0xff', around(0xff)], ['in a name', Buffer.concat([Buffer.from('{"'), Buffer.from([0xff]), Buffer.from('":1}')])], ['behind the value', Buffer.concat([Buffer.from('{}'), Buffer.from([0xff])])],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')], ['UTF-16 with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('{"a":1}', 'utf16le')])], ['UTF-32', Buffer.from(Array.from('{}').flatMap((letter) => [letter.charCodeAt(0), 0, 0, 0]))], ['Latin-1', Buffer.from('{"a":"é"}', 'latin1')],
    ['two marks', Buffer.from('\ufeff\ufeff{}')], ['a mark behind', Buffer.from('{}\ufeff')], ['a mark between', Buffer.from('{\ufeff"a":1}')],
    ['gzip', Buffer.from('1f8b08000000000000ff', 'hex')]
  ]
  for (const [what, body] of wrong) t.strictSame(await sendBoth(app, body), both(invalid), what)
  t.strictSame(await sendBoth(app, '\ufeff{}'), both(created), 'a mark in front may be read past, as RFC 8259, 8.1 has it')
  const texts = ['"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udfff"', '"\\udc00\\ud800"', '"\\ud800x"', '["\\ud800"]', '{"b":"\\ud83d"}', '"\\ud83d\\ud83d\\ude00"']
  for (const text of texts) {
    t.strictSame(await sendBoth(app, `{"a":${text}}`), both(invalid), text)
    if (text.startsWith('"')) t.strictSame(await sendBoth(app, `{"clientContext":${text}}`), both(invalid), `clientContext ${text}`)
  }
  t.strictSame(await sendBoth(app, '{"a\\u0000":1}'), both(invalid))
  t.strictSame(await sendBoth(app, '{"\\ud800":1}'), both(invalid))
  t.strictSame(await sendBoth(app, '{"\\ud800@odata.type":"#String"}'), both(created), 'an annotation of nothing is left out')
  t.strictSame((await app.inject({ url: `${calls}/kept` })).json().a, undefined)
})

/** What a content type is taken for, whatever parsers the host has. */
const contentTypes: ReadonlyArray<readonly [type: string | undefined, outcome: Outcome]> = [
  ['application/json', created], ['APPLICATION/JSON', created], ['Application/Json', created], ['application/json;charset=utf-8', created], ['application/json; charset=UTF-8', created], ['application/json;charset="utf-8"', created], ['application/json ; charset=utf-8', created], ['application/json;\tcharset=utf-8', created], ['application/json;', created], ['application/json; ', created], ['  application/json', created], ['application/json\t', created], ['application/json;odata.metadata=minimal', created], ['application/json;odata.metadata=full;IEEE754Compatible=true;charset=utf-8', created], ['application/json; a=b; c="d;e"', created],
  ['', unsupported], [' ', unsupported], [undefined, unsupported], ['text/json', unsupported], ['text/plain', unsupported], ['text/plain;charset=utf-8', unsupported], ['text/html', unsupported], ['*/*', unsupported], ['application/*', unsupported], ['*', unsupported], ['json', unsupported], ['/json', unsupported], ['application/', unsupported], ['application', unsupported], ['application/json+x', unsupported], ['application/json2', unsupported], ['application/jsonx', unsupported], ['application/x-json', unsupported], ['application/hal+json', unsupported], ['application/merge-patch+json', unsupported], ['application/json/', unsupported], ['application/json/x', unsupported], ['application//json', unsupported], ['application /json', unsupported], ['application/ json', unsupported], ['application/json text/plain', unsupported], ['application/x-www-form-urlencoded', unsupported], ['multipart/form-data; boundary=x', unsupported], ['text/plain; application/json', unsupported], ['application/xml', unsupported], ['application/octet-stream', unsupported], ['application/json\u00e9', unsupported]
]

t.test('content types, whatever the host parses', async (t) => {
  const greedy = (host: FastifyInstance) => {
    for (const type of ['*', /json/, /^text\/.*/, 'application/xml']) host.addContentTypeParser(type, (_request, _payload, done) => { done(null, { clientContext: 'taken' }) })
    host.removeContentTypeParser('text/plain')
    host.addContentTypeParser('text/plain', (_request, _payload, done) => { done(null, {}) })
  }
  for (const order of ['without', 'before', 'after'] as const) {
    const host = Fastify({ ...recommendedServerOptions }) as unknown as FastifyInstance
    t.teardown(async () => { await host.close() })
    if (order === 'before') greedy(host)
    await host.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none' })
    if (order === 'after') greedy(host)
    for (const [type, outcome] of contentTypes) {
      // inject has a type for what is an object only
      const headers = type === undefined ? {} : { 'content-type': type }
      t.strictSame(await sendBoth(host, '{"a":1}', headers as Record<string, string>), both(outcome), `${JSON.stringify(type)} with parsers ${order}`)
    }
    t.notOk((await host.inject({ url: calls })).body.includes('taken'), order)
  }
})

t.test('ids that are written oddly', async (t) => {
  const app = Fastify({ ...recommendedServerOptions }) as unknown as FastifyInstance
  app.setNotFoundHandler(graphNotFoundHandler)
  t.teardown(async () => { await app.close() })
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const ask = async (target: string) => {
    const [answer] = await exchange(app, `GET ${target} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n\r\n`)
    return outcomeOf(answer!)
  }
  const ids: ReadonlyArray<readonly [id: string, ofOperation: Outcome, ofOwner: Outcome]> = [
    ['%0d%0a', invalid, invalid], ['a%0d%0aSet-Cookie:x', invalid, invalid], ['%00', invalid, invalid], ['a%00', invalid, invalid], ['%2f', invalid, invalid], ['a%2fb', invalid, invalid], ['%5c', invalid, invalid], ['.', invalid, invalid], ['..', invalid, invalid], ['%2e', invalid, invalid], ['%2e%2e', invalid, invalid], ['.%2E', invalid, invalid], ['...', missing, [200]], ['%2e%2e%2f', invalid, invalid], ['..%2f..%2fetc%2fpasswd', invalid, invalid], ['%252e%252e', invalid, invalid], ['%25', invalid, invalid], ['%2500', invalid, invalid], ['%', invalid, invalid], ['%z', invalid, invalid], ['%zz', invalid, invalid], ['%c0%ae', invalid, invalid], ['%c0%af', invalid, invalid], ['%ff', invalid, invalid], ['%ed%a0%80', invalid, invalid], ['%f0%9f%98%80', invalid, invalid], ['%ef%bb%bfa', invalid, invalid], ['%e2%80%ae', invalid, invalid], ['%20', invalid, invalid], ['a%20', invalid, invalid], ['+', invalid, [200]], ['%2b', invalid, [200]], ['a;b=c', invalid, invalid], ['a:b', invalid, invalid], ['a,b', invalid, [200]], ['%27', invalid, [200]], ['%22', invalid, invalid], ['%3Cscript%3E', invalid, invalid], ['$count%00', invalid, invalid], ['*', invalid, invalid], ['%7bid%7d', invalid, invalid], ['a'.repeat(128), missing, [200]], ['a'.repeat(129), invalid, [200]], ['a'.repeat(256), invalid, [200]], ['a'.repeat(257), invalid, invalid], ['%61'.repeat(128), missing, [200]], ['%61'.repeat(129), invalid, [200]], ['a'.repeat(8_000), invalid, invalid], ['(\'a\')', invalid, invalid]
  ]
  for (const [id, ofOperation, ofOwner] of ids) {
    t.strictSame(await ask(`${calls}/${id}`), ofOperation, `operation ${id.slice(0, 40)}`)
    t.strictSame(await ask(`/v1.0/communications/calls/${id}/operations`), ofOwner, `owner ${id.slice(0, 40)}`)
  }
  const keys: ReadonlyArray<readonly [key: string, outcome: Outcome]> = [['(\'a\')', missing], ['(id=\'a\')', missing], ['(%27a%27)', missing], ['(\'a\'\'b\')', invalid], ['(\'a', invalid], ['(a)', invalid], ['()', invalid], ['(\'\')', invalid], ['(\'a\',\'b\')', invalid], ['(\'..\')', invalid], ['(\'a\'))', invalid], ['(%00)', invalid], ['(\'%2e%2e\')', invalid], ['(ID=\'a\')', invalid]]
  for (const [key, outcome] of keys) t.strictSame(await ask(`${calls}${key}`), outcome, key)
  const elsewhere: ReadonlyArray<readonly [target: string, outcome: Outcome]> = [['/v1.0/', [200]], ['//v1.0', missing], ['/v1.0//communications/calls/57/operations', missing], [`${calls}/`, invalid], ['/v1.0/communications/calls//operations', invalid], ['/V1.0/communications/calls/57/operations', missing], ['/v1.0/../v1.0/communications/calls/57/operations', missing], ['/v1.0/%2e%2e/docs', missing], ['/v1.0\\communications', missing], ['/v1%2e0/communications/calls/57/operations', [200]], [`${calls};x=1`, missing], [`${calls}%00`, missing], ['/v1.0/$batch', missing], ['/v1.0/$metadata/', missing], ['*', missing]]
  for (const [target, outcome] of elsewhere) t.strictSame(await ask(target), outcome, target)
})

interface RawAnswer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Writes a text to a server, and reads what comes until it hangs up. */
async function exchange (app: FastifyInstance, text: string | Buffer): Promise<RawAnswer[]> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => { received += chunk.toString('latin1') })
  socket.on('error', () => undefined)
  socket.write(text)
  await once(socket, 'close')
  return received.split(/(?=HTTP\/1\.1 \d{3} )/).map((answer) => {
    const [head = '', body = ''] = answer.split(/\r\n\r\n(.*)/s)
    const [line = '', ...lines] = head.split('\r\n')
    return { statusCode: Number(line.split(' ')[1]), headers: Object.fromEntries(lines.map((one) => [one.slice(0, one.indexOf(':')).toLowerCase(), one.slice(one.indexOf(':') + 1).trim()])), body }
  })
}

async function listen (t: Test, options: FastifyServerOptions = {}, mount: Partial<GraphOperationsOptions> = {}): Promise<FastifyInstance> {
  const app = Fastify({ ...recommendedServerOptions, ...options }) as unknown as FastifyInstance
  t.teardown(async () => { await app.close() })
  app.setNotFoundHandler(graphNotFoundHandler)
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none', ...mount })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return app
}

t.test('headers and options that are there more than once', async (t) => {
  const app = await listen(t)
  const send = async (line: string, headers: readonly string[], body = '') => {
    const text = [`${line} HTTP/1.1`, ...headers, ...body === '' ? [] : [`Content-Length: ${body.length}`], 'Connection: close', '', body].join('\r\n')
    const [answer] = await exchange(app, text)
    return answer!
  }
  const host = 'Host: a.example'
  await send(`POST ${calls}`, [host, 'Content-Type: application/json'], '{"id":"a"}')
  const { etag = '' } = (await send(`GET ${calls}/a`, [host])).headers
  const cases: ReadonlyArray<readonly [what: string, line: string, headers: readonly string[], body: string, outcome: Outcome]> = [
    ['If-Match, one of which matches', `PATCH ${calls}/a`, [host, 'Content-Type: application/json', 'If-Match: "x"', `If-Match: ${etag}`], '{}', [200]],
    ['If-Match, none of which matches', `PATCH ${calls}/a`, [host, 'Content-Type: application/json', 'If-Match: "x"', 'If-Match: "y"'], '{}', [412, 'resourceModified']],
    ['If-Match, * among others', `PATCH ${calls}/a`, [host, 'Content-Type: application/json', 'If-Match: *', 'If-Match: "y"'], '{}', invalid],
    ['If-None-Match, one of which matches', `GET ${calls}/a`, [host, 'If-None-Match: "x"', `If-None-Match: ${etag}`], '', [304]],
    ['Content-Type, the first of which counts', `POST ${calls}`, [host, 'Content-Type: text/plain', 'Content-Type: application/json'], '{}', unsupported],
    ['Content-Type in one line', `POST ${calls}`, [host, 'Content-Type: application/json, text/plain'], '{}', unsupported],
    ['Prefer, all of which count', `PATCH ${calls}/a`, [host, 'Content-Type: application/json', 'Prefer: x', 'Prefer: return=minimal'], '{}', [204]],
    ['Accept, all of which count', `GET ${calls}/a`, [host, 'Accept: text/html', 'Accept: application/json'], '', [200]],
    ['OData-Version', `GET ${calls}/a`, [host, 'OData-Version: 4.0', 'OData-Version: 3.0'], '', invalid],
    ['Host', `GET ${calls}/a`, [host, 'Host: b.example'], '', invalid],
    ['the same Host', `GET ${calls}/a`, [host, host], '', invalid],
    ['Host in another case', `GET ${calls}/a`, [host, 'HOST: b.example'], '', invalid],
    ['$top', `GET ${calls}?$top=1&$top=2`, [host], '', invalid],
    ['$top with and without $', `GET ${calls}?$top=1&top=1`, [host], '', invalid],
    ['$filter in another case', `GET ${calls}?$filter=true&$FILTER=true`, [host], '', invalid],
    ['$select, encoded', `GET ${calls}?%24select=id&$select=id`, [host], '', invalid],
    ['an option as a list', `GET ${calls}?$top[]=1`, [host], '', invalid]
  ]
  for (const [what, line, headers, body, outcome] of cases) t.strictSame(outcomeOf(await send(line, headers, body)), outcome, what)
  const guarded = await createServer({ STORE: 'memory:', LOG_LEVEL: 'silent' })
  t.teardown(async () => { await guarded.app.close() })
  await guarded.app.listen({ host: '127.0.0.1', port: 0 })
  const token = await guarded.issuer!.sign({})
  const authorize = async (...values: string[]) => outcomeOf((await exchange(guarded.app, [`GET ${calls} HTTP/1.1`, 'Host: localhost', ...values.map((value) => `Authorization: ${value}`), 'Connection: close', '', ''].join('\r\n')))[0]!)
  const refused: Outcome = [401, 'unauthenticated']
  t.strictSame(await authorize(`Bearer ${token}`), [200])
  for (const values of [[`Bearer ${token}`, `Bearer ${token}`], [`Bearer ${token}`, 'Bearer x'], ['Bearer x', `Bearer ${token}`], [`Bearer ${token}, Bearer ${token}`], [`Bearer ${token} x`], [`Bearer  ${token}`], [`Bearer\t${token}`], [token], [`Basic ${token}`], ['Bearer'], ['']]) {
    t.strictSame(await authorize(...values), refused, JSON.stringify(values.map((value) => value.replaceAll(token, 'TOKEN'))))
  }
})

t.test('links name the host that the request is addressed to', async (t) => {
  const linkOf = ({ statusCode, body }: Pick<RawAnswer, 'statusCode' | 'body'>): string => statusCode === 200 ? JSON.parse(body)['@odata.context'].replace(/\/v1\.0\/.*/, '') : String(statusCode)
  const ask = async (app: FastifyInstance, target: string, ...headers: string[]) => {
    const [answer] = await exchange(app, [`GET ${target} HTTP/1.1`, ...headers, 'Connection: close', '', ''].join('\r\n'))
    return linkOf(answer!)
  }
  const forwarded = ['X-Forwarded-Host: proxy.example', 'X-Forwarded-Proto: https']
  const plain = await listen(t)
  const trusting = await listen(t, { trustProxy: true })
  const based = await listen(t, { trustProxy: true }, { baseUrl: 'https://graph.example.com/x' })
  t.equal(await ask(plain, calls, 'Host: foreign.example:81'), 'http://foreign.example:81')
  t.equal(await ask(plain, calls, 'Host: a.example', ...forwarded), 'http://a.example', 'nobody is a proxy')
  t.equal(await ask(trusting, calls, 'Host: a.example', ...forwarded), 'https://proxy.example')
  t.equal(await ask(trusting, calls, 'Host: a.example', 'X-Forwarded-Host: first.example, last.example'), 'http://last.example')
  t.equal(await ask(trusting, calls, 'Host: a.example'), 'http://a.example')
  t.equal(await ask(based, calls, 'Host: a.example', ...forwarded), 'https://graph.example.com/x')
  for (const scheme of ['http', 'https', 'HTTP']) t.equal(await ask(plain, `${scheme}://target.example:82${calls}?$top=1`, 'Host: a.example'), 'http://target.example:82', 'the target is asked before Host')
  t.equal(await ask(plain, `http://target.example${calls}`, 'Host:'), 'http://target.example')
  t.equal(await ask(trusting, `http://target.example${calls}`, 'Host: a.example', ...forwarded), 'https://proxy.example')
  t.equal(await ask(based, `http://target.example${calls}`, 'Host: a.example'), 'https://graph.example.com/x')
  t.equal(await ask(plain, calls, 'Host:'), '', 'who says no host gets relative links')

  for (const host of ['a.example', 'A.EXAMPLE', 'a.example:', 'a.example:8080', 'a_b', 'a', '127.0.0.1', '127.0.0.1:80', '[::1]', '[2001:db8::1]:443', 'xn--bcher-kva.example', 'a.example.']) t.equal(await ask(plain, calls, `Host: ${host}`), `http://${host}`, host)
  for (const host of ['a b', 'a/b', 'a?b', 'a#b', 'a\\b', 'u@a', 'u:p@a', 'a:b', 'a:99999', 'a:80:80', ':80', '[::1', '::1', '[x]', '[]', '<a>', '"a"', 'a,b', '%00', 'a%zz', '999.1.1.1', '1.2.3.4.5:x', 'http://a', '\u00e9.example', '`a`', '{a}', 'a|b', 'a^b']) {
    if (host === 'a,b') t.equal(await ask(plain, calls, `Host: ${host}`), 'http://a,b', 'a comma may be in a name')
    else t.equal(await ask(plain, calls, `Host: ${host}`), '400', host)
  }
  t.equal(await ask(trusting, calls, 'Host: a.example', 'X-Forwarded-Host: a b'), '400')
  t.equal(await ask(trusting, calls, 'Host: a.example', 'X-Forwarded-Proto: javascript'), '400')
  t.equal(await ask(plain, `http://u:p@target.example${calls}`, 'Host: a.example'), '400', 'nobody signs in by URL')
  t.equal(await ask(plain, '/v1.0/', 'Host: a b'), '400', 'the service document has links too')

  const post: InjectOptions = { method: 'POST', url: calls, headers: { host: 'a b' }, payload: { id: 'a' } }
  const answer = await plain.inject(post)
  t.match(answer.json().error, { code: 'invalidRequest', target: 'Host' })
  t.equal((await plain.inject({ url: `${calls}/a` })).statusCode, 404, 'what is refused is not stored')
  const reference = await plain.inject({ method: 'PATCH', url: calls, headers: { host: 'a b' }, payload: { '@context': '#$delta', value: [{ '@id': 'operations/a' }] } })
  t.strictSame(outcomeOf(reference), invalid)
})

t.test('messages that are no HTTP', async (t) => {
  const { app, issuer } = await createServer({ STORE: 'memory:', LOG_LEVEL: 'silent' })
  t.teardown(async () => { await app.close() })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const token = `Authorization: Bearer ${await issuer!.sign({})}`
  const host = 'Host: localhost'
  const type = 'Content-Type: application/json'
  const cases: ReadonlyArray<readonly [what: string, text: string, status: number]> = [
    ['no request', 'hello\r\n\r\n', 400],
    ['no version, which is HTTP/0.9 to Node', `GET ${calls}\r\n${host}\r\n\r\n`, 401],
    ['another version', `GET ${calls} HTTP/3.0\r\n${host}\r\n\r\n`, 400],
    ['a method nobody knows', `NOPE ${calls} HTTP/1.1\r\n${host}\r\n\r\n`, 400],
    ['a space in the target', `GET ${calls} x HTTP/1.1\r\n${host}\r\n\r\n`, 400],
    ['a control character in the target', `GET ${calls}\u0001 HTTP/1.1\r\n${host}\r\n\r\n`, 400],
    ['a header without a name', `GET ${calls} HTTP/1.1\r\n${host}\r\n: x\r\n\r\n`, 400],
    ['a space before the colon', `GET ${calls} HTTP/1.1\r\n${host}\r\nX-A : x\r\n\r\n`, 400],
    ['U+0000 in a header', `GET ${calls} HTTP/1.1\r\n${host}\r\nX-A: a\0b\r\n\r\n`, 400],
    ['a header that is folded', `GET ${calls} HTTP/1.1\r\n${host}\r\nX-A: a\r\n b\r\n\r\n`, 400],
    ['headers that are too large', `GET ${calls} HTTP/1.1\r\n${host}\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['two lengths', `POST ${calls} HTTP/1.1\r\n${host}\r\n${token}\r\n${type}\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, 400],
    ['a length that is no number', `POST ${calls} HTTP/1.1\r\n${host}\r\n${token}\r\n${type}\r\nContent-Length: 2x\r\n\r\n{}`, 400],
    ['a length and chunks', `POST ${calls} HTTP/1.1\r\n${host}\r\n${token}\r\n${type}\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, 400],
    ['chunks that are none', `POST ${calls} HTTP/1.1\r\n${host}\r\n${token}\r\n${type}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`, 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400]
  ]
  for (const [what, text, status] of cases) {
    const answers = await exchange(app, Buffer.from(text, 'latin1'))
    const { statusCode, headers, body } = answers.at(-1)!
    t.equal(statusCode, status, what)
    t.match(headers['content-type'], /^application\/json/, `${what}: the answer is JSON`)
    const { error } = JSON.parse(body)
    t.strictSame([typeof error.code, typeof error.message], ['string', 'string'], `${what}: in Graph's envelope`)
  }
  const chunked = `POST ${calls} HTTP/1.1\r\n${host}\r\n${token}\r\n${type}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1;x=y\r\n{\r\n9\r\n"id":"ch"}\r\n0\r\nX-Trailer: x\r\n\r\n`.replace('9\r\n', 'a\r\n').replace('"id":"ch"}', '"id":"ch" }'.replace(' }', '}'))
  t.equal((await exchange(app, chunked))[0]!.statusCode, 201, 'chunks are put together')
  const one = `GET ${calls}/ch HTTP/1.1\r\n${host}\r\n${token}\r\n`
  const pipelined = await exchange(app, `${one}\r\n${one}If-None-Match: *\r\n\r\n${one}Connection: close\r\n\r\n`)
  t.strictSame(pipelined.map(({ statusCode }) => statusCode), [200, 304, 200], 'requests in a row are answered in a row')
})
