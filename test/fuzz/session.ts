import type { Contract, DocumentedRoute } from './document.js'
import type { Kind, Mutation, Step, Wild } from './steps.js'

type Json = Record<string, any>

/** A request, and what the contract says of it. */
export interface Request {
  readonly kind: Kind
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly payload: Buffer | undefined
  /** What the document has for this method and path. */
  readonly route: DocumentedRoute | undefined
  readonly isDelta: boolean
  /** Whether a refusal of what is sent would be wrong. */
  readonly isValid: boolean
}

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>
  readonly text: string
}

/** An operation seen in an answer. */
interface Seen {
  readonly collection: string
  readonly owners: readonly string[]
  readonly declared: string
  readonly type: string
  readonly id: string
  readonly etag: string | undefined
}

export interface Tokens {
  readonly application: string
  readonly delegated: string
}

const kept = 8

/** A client of one tenant that remembers what it saw. */
export class Session {
  readonly #contract: Contract
  readonly #tokens: Tokens
  readonly #seen: Seen[] = []
  readonly #links: Array<{ readonly url: string, readonly authorization: string | undefined }> = []
  /** The types that an operation may have, by where it is; whatever was tried may have come true. */
  readonly #types = new Map<string, Set<string>>()

  constructor (contract: Contract, tokens: Tokens) {
    this.#contract = contract
    this.#tokens = tokens
  }

  #find (step: Step, type?: string): Seen | undefined {
    if (step.seen === undefined) return undefined
    const candidates = this.#seen.filter((one) => one.declared === step.declared && (type === undefined || one.type === type))
    return candidates[step.seen % Math.max(candidates.length, 1)]
  }

  toRequest (step: Step | Wild): Request {
    return 'verb' in step ? this.#toRequest(step) : this.#toWild(step)
  }

  #toWild ({ method, path, query, headers, body }: Wild): Request {
    const url = path + query
    const takesToken = headers['authorization'] === undefined
    return {
      kind: 'wild',
      method,
      url: url.replace(/^\/{2,}/, '/'),
      headers: { ...headers, ...(takesToken && { authorization: this.#tokens.application }) },
      payload: body === undefined ? undefined : Buffer.from(body),
      route: this.#contract.find(method, toPathname(path)),
      isDelta: false,
      isValid: false
    }
  }

  #toRequest (step: Step): Request {
    const { kind, verb, declared, mutation } = step
    const routes = this.#contract.routes.filter((route) => route.verb === verb && route.declared === declared)
    const isWrite = verb === 'update' || verb === 'updateInCollection'
    const seen = verb === 'create' || verb === 'list' || verb === 'count' ? this.#seen.filter((one) => one.declared === declared)[step.seen ?? 99] : this.#find(step, isWrite ? step.type : undefined)
    const chosen = routes[step.route % routes.length]!
    const route = seen === undefined ? chosen : routes.find(({ mount, collection }) => mount === chosen.mount && collection === seen.collection)!
    const owners = seen?.owners ?? step.owners
    const id = seen?.id ?? step.id
    const isDelta = step.delta !== undefined
    const link = verb === 'list' && step.spelling === 5 && mutation === undefined ? this.#links[step.route % Math.max(this.#links.length, 1)] : undefined

    const { text, isValid } = this.#toBody(step, route, seen, id)
    const headers = this.#toHeaders(step, route, seen, isDelta)
    if (text !== undefined) headers['content-type'] = ['application/json', 'application/json; charset=utf-8', 'application/json;odata.metadata=minimal', 'Application/JSON;Charset="UTF-8"'][step.spelling % 4]!
    const values = [...owners.slice(0, (route.template.match(/\{\w+\}/g) ?? []).length - (route.template.endsWith('{id}') ? 1 : 0)), ...(route.template.endsWith('{id}') ? [id] : [])].map(encodeURIComponent)
    const request: Mutable<Request> = {
      kind,
      method: route.verb === 'get' && step.route % 4 === 3 ? 'HEAD' : route.method,
      url: link?.url ?? toUrl(route, values, step),
      // the next page is for the one who asked for the first
      headers: link?.authorization === undefined ? headers : { ...headers, authorization: link.authorization },
      payload: text === undefined ? undefined : Buffer.from(text),
      route: link === undefined ? route : this.#contract.find('GET', toPathname(link.url)),
      isDelta,
      isValid: kind === 'valid' && isValid
    }
    if (mutation !== undefined) this.#mutate(request, mutation, route, values, step)
    return request
  }

  /** Whether the operation at this place can be of no other type. */
  #isOf (type: string, { declared, mutation, verb }: Step, owners: readonly string[], id: string): boolean {
    const parameters = verb === 'update' ? [...owners, id] : owners
    // a request that goes to another place is none that is valid, and makes what it makes there
    const sent = mutation?.of === 'parameter' ? parameters.map((value, index) => index === mutation.at % parameters.length ? toDecoded(mutation.text) : value) : parameters
    const [owner, key] = verb === 'update' ? [sent.at(-2), sent.at(-1)] : [sent.at(-1), id]
    const place = `${declared} ${String(owner).toLowerCase()} ${String(key)}`
    const types = this.#types.get(place) ?? new Set()
    const mayBeOther = mutation !== undefined && ['member', 'body', 'bytes'].includes(mutation.of)
    this.#types.set(place, types.add(mayBeOther ? 'other' : type))
    return types.size === 1
  }

  #toBody (step: Step, route: DocumentedRoute, seen: Seen | undefined, id: string): { text: string | undefined, isValid: boolean } {
    const { verb, type, declared, body } = step
    const isDerived = type !== declared
    const count = (route.template.match(/\{\w+\}/g) ?? []).length - (route.verb === 'update' ? 1 : 0)
    const owners = (seen?.owners ?? step.owners).slice(0, count)
    const isOf = (key: string): boolean => this.#isOf(type, step, owners, key)
    const typeName = { '@odata.type': step.token === 0 ? type.toUpperCase() : `#${type}` }
    const named = isDerived || step.token < 2 ? typeName : {}
    switch (verb) {
      case 'create':
        isOf(id)
        return this.#toText({ ...named, ...body, ...(step.spelling % 2 === 0 && { id }) })
      case 'update': return this.#toText({ ...named, ...body, ...(step.spelling === 4 && { id }) }, isOf(id))
      case 'updateInCollection': {
        if (step.delta === undefined) return this.#toText({ ...named, ...body, id }, isOf(id))
        let isOne = true
        const ids = new Set<string>()
        const value = step.delta.flatMap((item) => {
          const target = seen === undefined || item.seen === undefined ? undefined : this.#seen.filter((one) => one.declared === declared && one.type === type && one.collection === seen.collection && String(one.owners) === String(seen.owners))[item.seen]
          const key = target?.id ?? item.id
          if (ids.has(key)) return []
          ids.add(key)
          isOne = isOf(key) && isOne
          // what stands for a key or a version here is read
          const { '@odata.id': _id, '@odata.editLink': _link, '@odata.etag': _etag, ...members } = item.body
          return [item.isRemoved ? { '@removed': { reason: 'deleted' }, id: key } : { ...typeName, ...members, id: key }]
        })
        return this.#toText({ [route.mount === '/beta' ? '@context' : '@odata.context']: '#$delta', value }, isOne)
      }
      default: return { text: undefined, isValid: true }
    }
  }

  #toText (body: Json, isOne = true): { text: string, isValid: boolean } {
    const text = JSON.stringify(body)
    return { text, isValid: isOne && Buffer.byteLength(text) <= 65_536 }
  }

  #toHeaders (step: Step, { verb, collection, declared }: DocumentedRoute, seen: Seen | undefined, isDelta: boolean): Record<string, string> {
    const { accept, ...others } = step.headers as Record<string, string>
    const isMine = collection.startsWith('/me/')
    const isCalls = declared === 'microsoft.graph.commsOperation'
    const toCondition = (condition: Step['ifMatch']): string | undefined => condition === 'seen' ? seen?.etag : condition === 'stale' ? 'W/"1-stale", "2"' : condition
    const ifMatch = toCondition(step.ifMatch)
    const ifNoneMatch = toCondition(step.ifNoneMatch)
    return {
      ...others,
      ...(accept !== undefined && { accept: verb === 'count' ? 'text/*, */*;q=0.1' : accept }),
      authorization: isMine || (!isCalls && step.token === 3) ? this.#tokens.delegated : this.#tokens.application,
      // a delta payload has its conditions inside
      ...(ifMatch !== undefined && !isDelta && { 'if-match': ifMatch }),
      ...(ifNoneMatch !== undefined && !isDelta && { 'if-none-match': ifNoneMatch })
    }
  }

  #mutate (request: Mutable<Request>, mutation: Mutation, route: DocumentedRoute, values: readonly string[], step: Step): void {
    switch (mutation.of) {
      case 'header':
        Reflect.deleteProperty(request.headers, mutation.name)
        if (mutation.value !== undefined) request.headers[mutation.name] = mutation.value.trim()
        break
      case 'member':
      case 'another member': {
        if (request.payload === undefined) break
        const body = JSON.parse(request.payload.toString()) as Json
        const names = Object.keys(body)
        const name = mutation.of === 'member' ? names[mutation.at % Math.max(names.length, 1)] ?? 'status' : mutation.name
        const { [name]: _replaced, ...rest } = body
        request.payload = Buffer.from(`{${[...Object.entries(rest), [name, mutation.value] as const].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`)
        break
      }
      case 'body':
        request.payload = Buffer.from(mutation.text)
        request.headers['content-type'] ??= 'application/json'
        break
      case 'bytes': {
        const bytes = request.payload ?? Buffer.from('{}')
        const at = mutation.at % (bytes.length + 1)
        request.payload = Buffer.concat([bytes.subarray(0, at), Buffer.from(mutation.insert), bytes.subarray(at + mutation.remove)])
        break
      }
      case 'options':
        request.url = addQuery(request.url, mutation.options.map(([name, value]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`).join('&'))
        break
      case 'query':
        request.url = addQuery(request.url, mutation.text)
        break
      case 'parameter': {
        const changed = values.map((value, index) => index === mutation.at % values.length ? mutation.text : value)
        request.url = toUrl(route, changed, { ...step, spelling: 0 })
        request.route = this.#contract.find(request.method, toPathname(request.url))
        break
      }
      case 'method':
        request.method = mutation.method
        request.route = this.#contract.routes.find(({ template, method }) => template === route.template && method === (mutation.method === 'HEAD' ? 'GET' : mutation.method))
        break
    }
  }

  /** Remembers what an answer shows. */
  learn ({ route, url, method, headers: { authorization } }: Request, { status, headers, text }: Answer): void {
    if (route === undefined || status < 200 || status >= 300) return
    const pathname = toPathname(url)
    const location = headers['location']
    if (typeof location === 'string') this.#remember(route, new URL(location).pathname, route.declared, headers['etag'])
    if (text === '' || method === 'HEAD' || !String(headers['content-type']).startsWith('application/json')) return
    const body = JSON.parse(text) as Json
    const items = (Array.isArray(body['value']) && body['id'] === undefined ? body['value'] : [body]) as Json[]
    const collection = route.verb === 'update' || route.verb === 'get' ? pathname.replace(/\/[^/]*$/, '') : pathname
    for (const item of items) {
      if (typeof item['id'] !== 'string' || typeof item['@odata.type'] !== 'string') continue
      this.#remember(route, `${collection}/${item['id']}`, item['@odata.type'].slice(1), headers['etag'] ?? item['@odata.etag'] as string)
    }
    const link = body['@odata.nextLink'] as string | undefined
    if (typeof link === 'string' && link.startsWith('http://localhost')) this.#links.unshift({ url: link.replace(/^http:\/\/localhost(?::\d+)?/, ''), authorization })
    this.#links.length = Math.min(this.#links.length, 4)
  }

  #remember (route: DocumentedRoute, pathname: string, type: string, etag: unknown): void {
    const template = `${route.mount}${route.collection}/{id}`.split('/')
    const segments = pathname.split('/')
    if (segments.length !== template.length) return
    const values = segments.filter((_, index) => template[index]!.startsWith('{')).map(decodeURIComponent)
    const id = values.pop()!
    const seen: Seen = { collection: route.collection, owners: values, declared: route.declared, type, id, etag: typeof etag === 'string' ? etag : undefined }
    const known = this.#seen.findIndex((one) => one.id === id && one.collection === seen.collection && String(one.owners) === String(values))
    if (known !== -1) this.#seen.splice(known, 1)
    this.#seen.unshift(seen)
    this.#seen.length = Math.min(this.#seen.length, kept)
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What stands in a URL, as the server reads it. */
function toDecoded (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The path of a URL as it is sent: clients take `.` and `..` out of it. */
function toPathname (url: string): string {
  return new URL(`http://localhost${url.replace(/^\/{2,}/, '/')}`).pathname
}

function addQuery (url: string, text: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${text}`
}

/** The URL of a route, its keys in segments or in parentheses. */
function toUrl ({ template, verb }: DocumentedRoute, values: readonly string[], { options, spelling, token }: Step): string {
  let next = 0
  const path = template.replaceAll(/\{\w+\}/g, () => values[next++] ?? '')
  const inParentheses = verb === 'get' || verb === 'update' || verb === 'remove' ? path.replace(/\/operations\/([^/]*)$/, (_, key: string) => `/operations('${key.replaceAll('\'', '\'\'')}')`) : path
  const query = options.map(([name, value]) => `${encodeURIComponent(name)}=${token === 1 ? encodeURIComponent(value).replaceAll('%20', '+') : encodeURIComponent(value)}`).join('&')
  return `${spelling === 3 ? inParentheses : path}${query === '' ? '' : `?${query}`}`
}
