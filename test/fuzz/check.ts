import type { ValidateFunction } from 'ajv'
import type { Contract } from './document.js'
import type { Answer, Request } from './session.js'

type Json = Record<string, any>

/** Statuses of what no route sees. */
const unrouted: ReadonlySet<number> = new Set([400, 404, 405, 414, 431])

/** What an answer must not tell. */
const secrets: ReadonlyArray<readonly [name: string, pattern: RegExp]> = [
  ['a stack', /\\n {4}at |\n {4}at /],
  ['a file', /node_modules|node:internal|file:\/\/|(?:\/[\w.-]+){2,}\.(?:m?js|ts)\b|\/tmp\//],
  ['SQL', /SQLITE_|\bSELECT\b.*\bFROM\b|\bINSERT INTO\b|syntax error at or near/]
]

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
const echoed = /^[\x21-\x7e]{1,128}$/
const errorType = 'application/json; charset=utf-8'

const refusals: ReadonlySet<number> = new Set([404, 409, 412])

/** What is wrong with an answer; nothing when it is as the contract says. */
export function findViolations (contract: Contract, request: Request, answer: Answer): string[] {
  const found: string[] = []
  const expect = (isTrue: boolean, problem: string): void => { if (!isTrue) found.push(problem) }
  const { route, method, headers: sent } = request
  const { status, headers, text } = answer
  const isOurs = route !== undefined && route.verb !== 'token'

  expect(status < 500, `${status} is a failure of the server`)
  if (route !== undefined) expect(route.answers.has(status), `${status} is not documented for ${route.method} ${route.template}`)
  else if (status >= 400) expect(unrouted.has(status) || isDocumentedSomewhere(contract, status), `${status} is no answer of this server`)
  if (request.isValid) expect(status < 400 || refusals.has(status), `a valid request was refused with ${status}`)

  if (status >= 400 || isOurs) {
    const requestId = String(headers['request-id'])
    const given = sent['client-request-id']?.trim()
    expect(uuid.test(requestId), `request-id is ${requestId}`)
    expect(headers['client-request-id'] === (given !== undefined && echoed.test(given) ? given : requestId), `client-request-id is ${String(headers['client-request-id'])}`)
    expect(headers['odata-version'] === '4.0', 'odata-version is missing')
    expect(headers['cache-control'] !== undefined, 'cache-control is missing')
  }
  for (const [name, pattern] of secrets) if (isOurs || status >= 400) expect(!pattern.test(text), `the body tells ${name}`)

  if (method === 'HEAD' || status === 204 || status === 304) {
    expect(text === '', 'there is a body')
    if (status === 204) expect(headers['content-type'] === undefined, 'nothing has a content-type')
    return found
  }
  if (status >= 400) return [...found, ...findErrorProblems(contract, answer)]
  if (route !== undefined) found.push(...findBodyProblems(contract, request, answer))
  return found
}

function isDocumentedSomewhere ({ routes }: Contract, status: number): boolean {
  return status < 500 && routes.some(({ answers }) => answers.has(status))
}

function parse (text: string): { readonly value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json }
  } catch {
    return undefined
  }
}

function toProblems (name: string, check: ValidateFunction, value: unknown): string[] {
  return check(value) ? [] : [`the body is not ${name}: ${JSON.stringify(check.errors?.slice(0, 2).map(({ instancePath, message }) => `${instancePath} ${String(message)}`))}`]
}

function findErrorProblems ({ checkError }: Contract, { headers, text }: Answer): string[] {
  if (headers['content-type'] !== errorType) return [`content-type is ${String(headers['content-type'])}`]
  const body = parse(text)
  if (body === undefined) return ['the body is not JSON']
  const problems = toProblems('an error', checkError, body.value)
  if (problems.length > 0) return problems
  const { innerError } = body.value['error'] as { innerError: Json }
  return ['request-id', 'client-request-id'].filter((name) => innerError[name] !== headers[name]).map((name) => `innerError has another ${name}`)
}

/** A representation with the control information that was left out, so that the rest of it can be checked. */
function complete (value: Json): Json {
  const members = Object.entries(value).map(([name, member]) => [name, isObject(member) ? complete(member) : member])
  return { '@odata.type': '', ...Object.fromEntries(members) }
}

function isObject (value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPage (value: Json): boolean {
  return Array.isArray(value['value']) && value['id'] === undefined
}

function completeAnswer (value: Json): Json {
  return isPage(value) ? { '@odata.context': '', ...value, value: (value['value'] as Json[]).map(complete) } : complete(value)
}

function findBodyProblems (contract: Contract, request: Request, { status, headers, text }: Answer): string[] {
  const { route, isDelta } = request
  const documented = route?.answers.get(status)
  if (route === undefined || documented?.check === undefined) return text === '' ? [] : ['there is a body, and none is documented']
  const problems: string[] = []
  const contentType = String(headers['content-type'])
  if (contentType.split(';')[0] !== documented.mediaType) problems.push(`content-type is ${contentType}`)
  if (documented.mediaType === 'text/plain') return [...problems, ...toProblems('as documented', documented.check, text)]
  const body = parse(text)
  if (body === undefined) return [...problems, 'the body is not JSON']
  const isNone = contentType.includes('odata.metadata=none')
  const whole = isNone ? completeAnswer(body.value) : body.value
  // numbers of 64 bits are texts for those who asked for it
  if (contentType.includes('IEEE754Compatible=true') && typeof whole['@odata.count'] === 'string') whole['@odata.count'] = Number(whole['@odata.count'])
  if (!isDelta || whole['value'] === undefined) problems.push(...toProblems('as documented', documented.check, whole))
  const items = (isPage(whole) ? whole['value'] : [whole]) as Json[]
  for (const item of isNone || route.verb === 'token' ? [] : items) {
    if (item['@removed'] !== undefined || item['@Core.DataModificationException'] !== undefined) continue
    const type = String(item['@odata.type']).slice(1)
    const check = contract.checkOf(type)
    problems.push(...check === undefined ? [`there is no type ${type}`] : toProblems(`a ${type}`, check, item))
  }
  const isSingle = route.verb === 'get' || route.verb === 'create' || route.verb === 'update' || (route.verb === 'updateInCollection' && !isDelta)
  if (isSingle && typeof headers['etag'] !== 'string') problems.push('there is no ETag')
  if (status === 201 && typeof headers['location'] !== 'string') problems.push('there is no Location')
  if (route.verb === 'updateInCollection' && !isDelta && typeof headers['content-location'] !== 'string') problems.push('there is no Content-Location')
  return problems
}

/** What Node says without a word, before Fastify sees anything. */
const wordless: ReadonlySet<number> = new Set([100, 400, 417])

/** What is wrong with an answer to what may be no request at all. */
export function findRawViolations (contract: Contract, answer: Answer): string[] {
  const { status, headers, text } = answer
  const found = secrets.filter(([, pattern]) => pattern.test(text)).map(([name]) => `the body tells ${name}`)
  if (status >= 500) found.push(`${status} is a failure of the server`)
  if (text === '') return [...found, ...headers['content-type'] === undefined && status >= 400 && !wordless.has(status) ? [`${status} has no body`] : []]
  if (String(headers['content-type']).startsWith('application/json') && parse(text) === undefined) found.push('the body is not JSON')
  if (status >= 400) found.push(...findErrorProblems(contract, answer))
  return found
}
