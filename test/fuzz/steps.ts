import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import type { Contract, Verb } from './document.js'
import type { Options } from './queries.js'
import { oddOptions, Queries } from './queries.js'
import { oddName, oddValue, operationId, Values } from './values.js'

type Json = Record<string, any>

/**
 * What one request is made of. It names what was seen before by number, so that it can be printed, made again
 * and made smaller.
 */
export interface Step {
  readonly kind: Kind
  readonly verb: Verb
  readonly declared: string
  /** Which of the routes of this verb and type. */
  readonly route: number
  /** Which of the operations seen; none is there where it is `undefined`. */
  readonly seen: number | undefined
  readonly owners: readonly string[]
  /** The key of what was not seen. */
  readonly id: string
  readonly type: string
  readonly body: Json
  readonly delta: ReadonlyArray<{ readonly seen: number | undefined, readonly id: string, readonly isRemoved: boolean, readonly body: Json }> | undefined
  readonly options: Options
  readonly headers: Json
  readonly ifMatch: 'seen' | 'stale' | '*' | undefined
  readonly ifNoneMatch: 'seen' | 'stale' | '*' | undefined
  readonly spelling: number
  readonly token: number
  readonly mutation: Mutation | undefined
}

export type Kind = 'valid' | 'near' | 'wild'

/** One thing that is wrong or odd. */
export type Mutation =
  | { readonly of: 'header', readonly name: string, readonly value: string | undefined }
  | { readonly of: 'member', readonly at: number, readonly value: unknown }
  | { readonly of: 'another member', readonly name: string, readonly value: unknown }
  | { readonly of: 'body', readonly text: string }
  | { readonly of: 'bytes', readonly at: number, readonly remove: number, readonly insert: readonly number[] }
  | { readonly of: 'options', readonly options: Options }
  | { readonly of: 'query', readonly text: string }
  | { readonly of: 'parameter', readonly at: number, readonly text: string }
  | { readonly of: 'method', readonly method: string }

/** A request of anything, anywhere. */
export interface Wild {
  readonly kind: 'wild'
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: Json
  readonly body: readonly number[] | undefined
}

const headerText = fc.string({ unit: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) }, { weight: 1, arbitrary: fc.integer({ min: 0x80, max: 0xff }) }).map((code) => String.fromCharCode(code)), maxLength: 24 }).map((given) => given.trim())

/** Headers that ask for something, and ask for it rightly. */
const headers: Arbitrary<Json> = fc.record({
  accept: fc.constantFrom('*/*', 'application/json', 'application/*;q=0.5', 'application/json;odata.metadata=minimal', 'application/json;odata.metadata=full', 'application/json;odata.metadata=none', 'application/json;IEEE754Compatible=true;charset=utf-8', 'text/html, application/json;q=0.1', 'APPLICATION/JSON'),
  prefer: fc.constantFrom('return=minimal', 'return=representation', 'return=minimal, respond-async', 'odata.maxpagesize=2', 'maxpagesize=1', 'create-if-missing', 'odata.continue-on-error', 'odata.continue-on-error, return=minimal', 'handling=strict; x="a,b"', '=;"'),
  'odata-maxversion': fc.constantFrom('4.0', '4.01', '5.0'),
  'odata-version': fc.constantFrom('4.0', '4.01'),
  'client-request-id': fc.oneof(fc.uuid(), headerText),
  'user-agent': headerText
}, { requiredKeys: [] })

const oddHeader: Arbitrary<Mutation> = fc.tuple(
  fc.constantFrom('accept', 'authorization', 'client-request-id', 'content-type', 'content-encoding', 'content-length', 'expect', 'host', 'if-match', 'if-modified-since', 'if-none-match', 'isolation', 'odata-isolation', 'odata-maxversion', 'odata-version', 'origin', 'prefer', 'range', 'transfer-encoding', 'x-forwarded-for', 'x-forwarded-host', 'x-http-method-override'),
  fc.oneof(fc.constantFrom(undefined, '', ' ', '*', '"', ',', ',,,', 'W/', 'W/"', '"a" "b"', '"a",*', 'Bearer', 'Bearer ', 'Bearer x', 'Bearer a.b.c', 'Basic YTpi', 'text/plain', 'text/json', 'application/json2', 'application/json; charset=utf-16', 'application/json;charset=', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'gzip', '100-continue', 'snapshot', '3.0', '4', '4.0.0', '9'.repeat(20), '-1', '0', 'NaN', 'return=', 'return="minimal', '"'.repeat(60), '\\'.repeat(60), 'a=b;'.repeat(40), 'x'.repeat(4_000), 'evil.example', '[::1', 'a b', 'chunked'), headerText)
).filter(([name, value]) => isPossible(name, value)).map(([name, value]) => ({ of: 'header', name, value }))

/** What would make another message than the one that is meant; that is for raw connections. */
function isPossible (name: string, value: string | undefined): boolean {
  return !['content-length', 'transfer-encoding', 'expect', 'host'].includes(name) || (name === 'host' && value !== undefined)
}

const oddParameter = fc.oneof(
  fc.constantFrom('', '.', '..', '%2e', '%2e%2e', '%2F', '%5C', '%00', '%0d%0a', '%c0%ae', '%zz', '%', '%25', '%252e', '%E2%82', '%F0%9F%98%80', '%20', '$count', '$metadata', '(', ')', '(\'a\')', '\'\'', 'a;b', 'a:b', '*', '__proto__', 'a'.repeat(129), 'a'.repeat(257), 'a'.repeat(1_000), '~', ',', '%23', '%3F', '%7B'),
  fc.string({ unit: 'binary', maxLength: 8 }).map((given) => encodeURIComponent(given.replaceAll(/\p{Cs}/gu, '')))
)

const oddBody = fc.oneof(
  fc.constantFrom('', ' ', 'null', 'true', '1', '"x"', '[]', '[{}]', '{', '}', '{}{}', '{},', '{"a":1,}', '{a:1}', '{\'a\':1}', '{"a":NaN}', '{"a":01}', '{"a":-}', '{"a":1e999}', '{"a":"\t"}', '{"a":"\\x"}', '{"a":"\\ud800"}', '{"a":"\\u0000"}', '// x\n{}', '{"a":1,"a":2}', '{"status":"Running","status":"Failed"}', '{"__proto__":{}}', '{"a":{"constructor":{"prototype":{}}}}', '{"x":9007199254740993}', '\ufeff{}', '['.repeat(3_000), `{"x":${'['.repeat(40)}${']'.repeat(40)}}`, '{"@context":"#$delta"}', '{"@context":"#$delta","value":{}}', '{"@context":"#$delta","value":[null]}', '{"@context":"#$delta","value":[{"@removed":1}]}', '{"@odata.context":"x/$delta","value":[{"@removed":{"reason":"changed"},"id":"a"},{"id":"a"}]}', '{"@context":"#$delta","value":[{"@id":"..","@etag":5}]}', `{"x":"${'y'.repeat(66_000)}"}`),
  fc.string({ unit: 'binary', maxLength: 30 }), fc.json({ maxDepth: 3 })
)

const mutation: Arbitrary<Mutation> = fc.oneof(
  { weight: 3, arbitrary: oddHeader },
  { weight: 3, arbitrary: fc.record({ of: fc.constant('member' as const), at: fc.nat(20), value: oddValue }) },
  { weight: 3, arbitrary: fc.record({ of: fc.constant('another member' as const), name: oddName, value: oddValue }) },
  { weight: 2, arbitrary: fc.record({ of: fc.constant('body' as const), text: oddBody }) },
  { weight: 2, arbitrary: fc.record({ of: fc.constant('bytes' as const), at: fc.nat(200), remove: fc.nat(3), insert: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ of: fc.constant('options' as const), options: oddOptions }) },
  { weight: 1, arbitrary: fc.record({ of: fc.constant('query' as const), text: fc.oneof(fc.constantFrom('%', '$top=%zz', '$filter=%ff', '&&=&', '?', '$top=1&top=2', '=x', '#', '$filter'), fc.string({ unit: 'binary', maxLength: 10 }).map(encodeURI)) }) },
  { weight: 2, arbitrary: fc.record({ of: fc.constant('parameter' as const), at: fc.nat(4), text: oddParameter }) },
  { weight: 1, arbitrary: fc.record({ of: fc.constant('method' as const), method: fc.constantFrom('PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'GET', 'TRACE') }) }
)

const owner = fc.constantFrom('a', 'b', 'A', '0b1f6c1e-1111-4222-8333-944455556666', 'contoso.sharepoint.com,1,2', 'o\'brien', 'guest#EXT#@x', '~', '__proto__')

const condition = fc.constantFrom<Step['ifMatch']>(undefined, undefined, undefined, undefined, 'seen', 'stale', '*')

/** Makes the steps that a contract allows, and others. */
export function makeSteps ({ routes, schemas }: Contract): Arbitrary<Step | Wild> {
  const values = new Values(schemas)
  const queries = new Queries(values, schemas)

  const stepOf = (kind: 'valid' | 'near', verb: Verb, declared: string): Arbitrary<Step> => {
    const { query } = routes.find((route) => route.verb === verb && route.declared === declared)!
    const takesBody = verb === 'create' || verb === 'update' || verb === 'updateInCollection'
    const types = takesBody ? values.typesOf(declared) : [declared]
    const seen = fc.option(fc.nat(7), { nil: undefined, freq: 8 })
    return fc.oneof(...types.map((type) => {
      const body = takesBody ? values.bodyOf(type, declared) : fc.constant({})
      return fc.record<Step>({
        kind: fc.constant(kind),
        verb: fc.constant(verb),
        declared: fc.constant(declared),
        route: fc.nat(31),
        seen,
        owners: fc.tuple(owner, owner, owner),
        id: operationId,
        type: fc.constant(type),
        body,
        delta: verb === 'updateInCollection' ? fc.option(fc.uniqueArray(fc.record({ seen, id: operationId, isRemoved: fc.nat(4).map((one) => one === 0), body }), { maxLength: 4, selector: ({ id }) => id }), { nil: undefined, freq: 2 }) : fc.constant(undefined),
        options: queries.optionsOf(declared, query),
        headers,
        ifMatch: condition,
        ifNoneMatch: condition,
        spelling: fc.nat(5),
        token: fc.nat(3),
        mutation: kind === 'valid' ? fc.constant(undefined) : mutation
      })
    }))
  }

  const weights: Readonly<Record<Verb, number>> = { list: 3, create: 6, updateInCollection: 4, count: 1, get: 3, update: 6, remove: 1, token: 0 }
  const types = [...new Set(routes.filter(({ verb }) => verb === 'list').map(({ declared }) => declared))]
  const choices = (kind: 'valid' | 'near') => types.flatMap((declared) =>
    (Object.keys(weights) as Verb[]).filter((verb) => weights[verb] > 0).map((verb) => ({ weight: weights[verb], arbitrary: stepOf(kind, verb, declared) })))

  const segment = fc.oneof(fc.constantFrom('v1.0', 'beta', 'me', 'users', 'sites', 'onenote', 'operations', 'communications', 'calls', '$count', '$metadata', 'dev', 'token', 'docs', 'docs/json', 'livez', 'readyz', 'a', '', '.', '..', '%2e%2e', '$batch', 'operations(\'a\')', 'sites(\'a\')'), oddParameter)
  const known = fc.tuple(fc.constantFrom(...routes.map(({ template }) => template)), oddParameter).map(([template, filling]) => template.replaceAll(/\{\w+\}/g, filling))
  const wild: Arbitrary<Wild> = fc.record({
    kind: fc.constant('wild' as const),
    method: fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'POST', 'PATCH', 'PATCH', 'DELETE', 'PUT', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'LOCK'),
    path: fc.oneof(known, fc.array(segment, { maxLength: 7 }).map((segments) => `/${segments.join('/')}`)),
    query: fc.oneof(fc.constant(''), fc.string({ unit: 'binary', maxLength: 20 }).map((given) => `?${encodeURI(given)}`), fc.string({ unit: fc.constantFrom(...Array.from('$filter=&?%+;#()\'')), maxLength: 20 }).map((given) => `?${given}`)),
    headers: fc.dictionary(fc.constantFrom('accept', 'authorization', 'content-type', 'if-match', 'if-none-match', 'prefer', 'host', 'isolation', 'odata-version', 'x-a', 'cookie', 'client-request-id'), fc.oneof(headerText, fc.constantFrom('application/json', 'text/plain', '*', '*/*')), { maxKeys: 4, noNullPrototype: true }),
    body: fc.option(fc.oneof(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }), oddBody.map((given) => [...Buffer.from(given.slice(0, 2_000))])), { nil: undefined, freq: 2 })
  })
  return fc.oneof({ weight: 5, arbitrary: fc.oneof(...choices('valid')) }, { weight: 4, arbitrary: fc.oneof(...choices('near')) }, { weight: 1, arbitrary: wild })
}
