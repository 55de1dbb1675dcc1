import type { Shot } from './connections.js'

/** An operation as every program of the bench has it. */
export interface Operation {
  readonly id: string
  readonly status: string
  readonly createdDateTime: string
  readonly percentComplete: string
  readonly resourceLocation: string
}

/** How the clients of a program ask for what all programs do. */
export interface Dialect {
  readonly get: (operation: Pick<Operation, 'id' | 'resourceLocation'>) => Shot
  /** One status and one text member of an operation. */
  readonly patch: (id: string, resourceLocation: string) => Shot
  /** The newest Running operations, which must be these. */
  readonly page: (ids: readonly string[]) => Shot
  readonly create: (operation: Operation) => Shot
}

/** What the clients of a program must know beside its dialect. */
export interface Target {
  readonly port: number
  readonly token?: string
  /** When its store was asked for. Milliseconds since 1970. */
  readonly storeAskedAt?: number
  /** What it needed for its issuer, which is the bench's. Milliseconds. */
  readonly issuerMillis?: number
}

type Members = Readonly<Record<string, unknown>>

/** What makes a dialect: URLs, and where in an answer things are. */
interface Grammar {
  readonly collection: string
  readonly toUrl: (id: string) => string
  readonly page: (size: number) => string
  readonly itemsOf: (body: unknown) => readonly Members[]
  /** The member that is the key. */
  readonly key?: string
  /** What an update answers; 200 has the operation in it. */
  readonly updated?: 200 | 204
  readonly method?: 'PATCH' | 'PUT'
  /** What goes into a body beside what is sent to all. */
  readonly created?: 200 | 201
}

/** Writes requests of the callers of a program. */
export function makeToText ({ token }: Target): (verb: string, url: string, body?: Members) => string {
  const head = `host: 127.0.0.1\r\naccept: application/json\r\n${token === undefined ? '' : `authorization: Bearer ${token}\r\n`}`
  return (verb, url, body) => {
    if (body === undefined) return `${verb} ${url} HTTP/1.1\r\n${head}\r\n`
    const text = JSON.stringify(body)
    return `${verb} ${url} HTTP/1.1\r\n${head}content-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`
  }
}

function toDialect (target: Target, { collection, toUrl, page, itemsOf, key = 'id', updated = 200, method = 'PATCH', created = 201 }: Grammar): Dialect {
  const toText = makeToText(target)
  const isOne = (body: string, id: string, location: string): boolean => {
    const found = JSON.parse(body) as Members
    return found[key] === id && found['resourceLocation'] === location
  }
  return {
    get: ({ id, resourceLocation }) => ({ text: toText('GET', toUrl(id)), status: 200, isRight: (body) => isOne(body, id, resourceLocation) }),
    patch: (id, resourceLocation) => ({
      text: toText(method, toUrl(id), { status: 'Running', resourceLocation }),
      status: updated,
      isRight: (body) => updated === 204 || (isOne(body, id, resourceLocation) && body.includes('"Running"'))
    }),
    page: (ids) => ({
      text: toText('GET', page(ids.length)),
      status: 200,
      isRight (body) {
        const items = itemsOf(JSON.parse(body))
        return items.length === ids.length && items.every((item, n) => item[key] === ids[n] && item['status'] === 'Running')
      }
    }),
    create: ({ id, ...members }) => ({ text: toText('POST', collection, { [key]: id, ...members }), status: created, isRight: (body) => isOne(body, id, members.resourceLocation) })
  }
}

const itself = (body: unknown): readonly Members[] => body as readonly Members[]
const valueOf = (body: unknown): readonly Members[] => (body as { value: readonly Members[] }).value

/** @see OData 4.01 Part 2, 4.3 and 5.1 */
function odata (collection: string, rest: Partial<Grammar> = {}): Grammar {
  const query = (size: number): string => `$filter=${encodeURIComponent("status eq 'Running'")}&$orderby=${encodeURIComponent('createdDateTime desc')}&$top=${size}`
  return { collection, toUrl: (id) => `${collection}('${id}')`, page: (size) => `${collection}?${query(size)}`, itemsOf: valueOf, ...rest }
}

function rest (collection: string, toQuery: (size: number) => string, others: Partial<Grammar> = {}): Grammar {
  return { collection, toUrl: (id) => `${collection}/${id}`, page: (size) => `${collection}?${toQuery(size)}`, itemsOf: itself, ...others }
}

const graphCollection = '/v1.0/sites/bench/onenote/operations'

const grammars = {
  graph: odata(graphCollection, { toUrl: (id) => `${graphCollection}/${id}` }),
  bare: rest('/operations', (size) => `status=Running&limit=${size}`),
  cap: odata('/odata/v4/bench/Operations'),
  'simple-odata': odata('/operations', { key: '_id', updated: 204 }),
  'fe-mockserver': odata('/bench/Operations'),
  feathers: rest('/operations', (size) => `status=Running&$sort[createdDateTime]=-1&$limit=${size}`, { itemsOf: (body) => (body as { data: readonly Members[] }).data }),
  'json-server': rest('/operations', (size) => `status=Running&_sort=createdDateTime&_order=desc&_limit=${size}`),
  platformatic: rest('/operations', (size) => `where.status.eq=Running&orderby.createdDateTime=desc&limit=${size}`, { method: 'PUT', created: 200 })
} as const satisfies Record<string, Grammar>

export type DialectName = keyof typeof grammars

/** What the clients of one program send. */
export function makeDialect (name: DialectName, target: Target): Dialect {
  return toDialect(target, grammars[name])
}
