import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { InjectOptions, Response } from 'light-my-request'
import type { Test } from 'tap'
import graphOperations, { recommendedServerOptions } from '../../index.js'
import type { Change, Collection, GraphError, OperationRecord, OperationStore } from '../../index.js'
import { everything } from '../../storage/query/tree.js'
import { toComparable } from './app.js'
import { as, fromHeader, user } from './callers.js'

/*
 * Tenants that use the same owners and the same ids, and what one of them may ask to learn of the others.
 */

export const tenantOf = (number: number): string => `tenant-${String(number).padStart(2, '0')}`
export const owners = ['calls/shared', 'sites/shared', `users/${user}`, 'groups/shared'] as const

/** URLs of the same owners. */
export const urls: Readonly<Record<(typeof owners)[number], string>> = {
  'calls/shared': '/v1.0/communications/calls/shared/operations',
  'sites/shared': '/v1.0/sites/shared/onenote/operations',
  [`users/${user}`]: '/v1.0/me/onenote/operations',
  'groups/shared': '/v1.0/groups/shared/onenote/operations'
}

/** Half of the ids are those of every tenant, half are the tenant's own; all are equally long. */
export const idOf = (tenant: number, n: number): string => n % 2 === 0 ? `shared-op-${String(n).padStart(3, '0')}` : `tenant-${String(tenant).padStart(2, '0')}-${String(n).padStart(3, '0')}`

/** An id of nobody's, and as long. */
export const missingId = 'nobody-00-001'

const markOf = (tenant: number): string => `secret of ${tenantOf(tenant)}`

/** Every operation of a tenant says whose it is. */
export function isOf (tenant: number, operation: object): boolean {
  return JSON.stringify(operation).includes(`"${markOf(tenant)}"`)
}

function toBody (owner: string, tenant: number, n: number): object {
  const moment = (offset: number): string => new Date(1_700_000_000_000 + n * 1_000 + offset).toISOString()
  const common = { id: idOf(tenant, n), status: ['NotStarted', 'Running', 'Completed', 'Failed'][n % 4] }
  if (owner.startsWith('calls/')) return { ...common, clientContext: markOf(tenant), resultInfo: { code: n, subcode: n, message: markOf(tenant) } }
  return { ...common, createdDateTime: moment(0), lastActionDateTime: moment(500), resourceId: markOf(tenant), percentComplete: String(n) }
}

/** A caller of a tenant who may do anything there; a user where the URL is a user's. */
export function callerOf (tenant: string, url: string): Record<string, string> {
  return as({ tenant, ...url.includes('/me/') ? { scopes: ['Notes.ReadWrite'] } : { roles: ['Notes.ReadWrite.All', 'Calls.Initiate.All'] } })
}

/** Creates the operations of the first tenant through the routes, and gives the others the same under their own names. */
export async function fill (app: FastifyInstance, tenants: number, perOwner: number): Promise<void> {
  const [first, { operationStore: store }] = [tenantOf(0), app]
  for (const owner of owners) {
    const url = urls[owner]
    const value = Array.from({ length: perOwner }, (_, n) => toBody(owner, 0, n))
    const { statusCode, body } = await app.inject({ method: 'PATCH', url, headers: { ...callerOf(first, url), prefer: 'return=minimal' }, payload: { '@context': '#$delta', value } })
    if (statusCode !== 204) throw new Error(body)
    const records = await store.list({ tenant: first, owner }, everything, { limit: perOwner, skip: 0 })
    await Promise.all(Array.from({ length: tenants - 1 }, async (_, before) => {
      const tenant = tenantOf(before + 1)
      const changes = records.map(({ id, type, created, lastAction, status, text }): Change => ({ kind: 'insert', record: { id: id.replace(first, tenant), type, created, lastAction, status, text: text.replaceAll(first, tenant) } }))
      await store.commit({ tenant, owner }, changes)
    }))
  }
}

/** At `/strict` a change must say what it is based on. */
export async function makeMounts (t: Test, store: OperationStore): Promise<FastifyInstance> {
  const app = Fastify({ ...recommendedServerOptions })
  t.teardown(async () => { await app.close() })
  await app.register(graphOperations, { prefix: '/v1.0', store, auth: fromHeader })
  await app.register(graphOperations, { prefix: '/strict', auth: fromHeader, requireIfMatch: true })
  await app.ready()
  return await app
}

/** What a store holds for a tenant. */
export async function dump (store: OperationStore, tenant: string): Promise<string[]> {
  const lists = await Promise.all(owners.map(async (owner) => await store.list({ tenant, owner }, everything, { limit: 1_000, skip: 0 })))
  return lists.flat().map(({ id, version, text }: OperationRecord) => `${id} ${version} ${text}`)
}

export interface Request {
  readonly method: NonNullable<InjectOptions['method']>
  readonly url: string
  readonly headers?: Record<string, string>
  readonly payload?: object
}

const delta = (...value: object[]): object => ({ '@context': '#$delta', value })
const removed = { '@removed': { reason: 'deleted' } }
const onError = { prefer: 'odata.continue-on-error' }

/**
 * Every method and form that names an operation, for one that the caller's collection does not have; it has none
 * afterwards either. `etag` is that of another tenant's operation.
 */
export function toRequests (url: string, id: string, etag: string): Request[] {
  const entity = `${url}/${id}`
  const parenthesised = `${url}('${id}')`
  const strict = url.replace('/v1.0/', '/strict/')
  const conditions: Array<Record<string, string>> = [{ 'if-match': etag }, { 'if-match': '*' }, { 'if-none-match': etag }, { 'if-match': etag, 'if-none-match': etag }]
  const unconditional: Request[] = [
    { method: 'GET', url: entity },
    { method: 'GET', url: parenthesised },
    { method: 'GET', url: `${entity}?$select=status` },
    { method: 'GET', url: entity, headers: { accept: 'application/json;odata.metadata=full' } },
    { method: 'GET', url: `${entity}?$nonsense=1` },
    { method: 'HEAD', url: entity },
    { method: 'OPTIONS', url: entity },
    { method: 'PUT', url: entity, payload: {} },
    { method: 'PATCH', url: entity, payload: {} },
    { method: 'PATCH', url: parenthesised, payload: { status: 'NotStarted' } },
    { method: 'PATCH', url: entity, payload: { status: 'Running' }, headers: { prefer: 'return=minimal' } },
    { method: 'PATCH', url: entity, payload: { status: 5 } },
    { method: 'PATCH', url: entity, payload: { id: 'another' } },
    { method: 'PATCH', url: entity, payload: { '@odata.type': '#microsoft.graph.recordOperation' } },
    { method: 'PATCH', url, payload: { id } },
    { method: 'PATCH', url, payload: { id, status: 'NotStarted' } },
    { method: 'DELETE', url: entity },
    { method: 'DELETE', url: parenthesised },
    { method: 'PATCH', url, payload: delta({ ...removed, id }) },
    { method: 'PATCH', url, payload: delta({ ...removed, id }), headers: onError },
    { method: 'PATCH', url, payload: delta({ ...removed, id, '@odata.etag': etag }) },
    { method: 'PATCH', url, payload: delta({ id, '@odata.etag': etag }, { ...removed, id: `${id}x` }), headers: onError },
    { method: 'PATCH', url, payload: delta({ id, status: 'nonsense' }), headers: onError },
    { method: 'PATCH', url, payload: delta({ '@id': entity, '@odata.etag': etag }) },
    { method: 'GET', url: `${url}?$filter=id eq '${id}'&$count=true` },
    { method: 'GET', url: `${url}?$filter=id in ('${id}') or contains(id,'${id}')` },
    { method: 'GET', url: `${url}/$count?$filter=id eq '${id}'` },
    { method: 'PATCH', url: entity.replace('/v1.0/', '/strict/'), payload: {} },
    { method: 'DELETE', url: entity.replace('/v1.0/', '/strict/') },
    { method: 'PATCH', url: strict, payload: { id } },
    { method: 'PATCH', url: strict, payload: delta({ ...removed, id }) }
  ]
  const conditional = conditions.flatMap((headers): Request[] => [
    { method: 'GET', url: entity, headers },
    { method: 'HEAD', url: entity, headers },
    { method: 'PATCH', url: entity, payload: { status: 'Running' }, headers },
    { method: 'PATCH', url, payload: { id }, headers },
    { method: 'DELETE', url: entity, headers },
    { method: 'DELETE', url: entity.replace('/v1.0/', '/strict/'), headers }
  ])
  // what creates an operation, what is said of it while it is there, and its end
  const creating: Request[] = [
    { method: 'POST', url, payload: { id } },
    { method: 'POST', url, payload: { id, status: 'Running' }, headers: { prefer: 'return=minimal' } },
    { method: 'POST', url, payload: { id }, headers: { 'if-none-match': '*' } },
    { method: 'POST', url, payload: { id }, headers: { 'if-none-match': etag } },
    { method: 'PATCH', url: entity, payload: {}, headers: { prefer: 'create-if-missing' } },
    { method: 'PATCH', url: entity, payload: {}, headers: { 'if-none-match': '*' } },
    { method: 'PATCH', url, payload: { id }, headers: { prefer: 'create-if-missing, return=minimal' } },
    { method: 'PATCH', url: entity, payload: {}, headers: { 'if-none-match': etag, prefer: 'create-if-missing' } },
    { method: 'PATCH', url: strict, payload: delta({ id }) },
    { method: 'PATCH', url, payload: delta({ id }), headers: onError }
  ].flatMap((create): Request[] => [
    create as Request,
    { method: 'GET', url: entity, headers: { 'if-none-match': etag } },
    { method: 'PATCH', url: entity, payload: {}, headers: { 'if-match': etag } },
    create as Request,
    { method: 'GET', url: `${url}/$count` },
    { method: 'DELETE', url: entity, headers: { 'if-match': '*' } },
    { method: 'GET', url: entity }
  ])
  return [...unconditional, ...conditional, ...creating]
}

/** Every query of a collection. */
export function toQueries (url: string): Request[] {
  const queries = [
    '', '?$top=7', '?$top=3&$skip=5', '?$skip=1000', '?$count=true&$top=1', '?$select=id', '?$orderby=id desc&$top=9', '?$orderby=status,id&$top=9',
    '?$filter=status eq \'Running\'&$count=true', '?$filter=startswith(id,\'tenant-\')', '?$filter=startswith(id,\'shared-\')&$top=4', '?$filter=not (status in (\'Completed\',\'Failed\'))&$orderby=id&$top=5',
    '/$count', '/$count?$filter=status ne \'Failed\'', '/$count?$filter=contains(id,\'07\')'
  ]
  return [
    ...queries.map((query): Request => ({ method: 'GET', url: url + query })),
    { method: 'GET', url, headers: { prefer: 'odata.maxpagesize=6' } },
    { method: 'HEAD', url },
    { method: 'PATCH', url, payload: {} },
    { method: 'PATCH', url, payload: { status: 'Running' } }
  ]
}

const hide = (text: string): string => '#'.repeat(text.length)

/** What an answer says, as long as it is, without what no two answers have in common. */
export function toSeen (response: Response): string {
  return JSON.stringify(toComparable(response))
    .replaceAll(/(?<=W\/\\*")[\w-]{16}(?=\\*")/g, hide)
    .replaceAll(/(?<=skiptoken=)[\w-]+/g, hide)
    .replaceAll(/20\d\d-\d\d-\d\dT[\d:.]+Z/g, hide)
}

/** The same without the id, which is as long as the other one. */
export const withoutId = (text: string, id: string): string => text.replaceAll(id, 'ID')

/** Lines that are told while somebody listens; moments, versions and the numbers of changes are not the same twice. */
export class Recorder {
  #lines: string[] | undefined

  tell (what: string, parameters: unknown): void {
    this.#lines?.push(`${what} ${JSON.stringify(parameters)}`.replaceAll(/20\d\d-\d\d-\d\dT[\d:.]+Z|(?<=")[\w-]{16}(?=")|(?<=\[)\d{4,}(?=,)/g, '#'))
  }

  async listen <T> (job: () => Promise<T>): Promise<{ result: T, lines: readonly string[] }> {
    const lines = this.#lines = [] as string[]
    const result = await job()
    this.#lines = undefined
    return { result, lines }
  }
}

/** A store that tells what it is asked. */
export function tellingStore (store: OperationStore, recorder: Recorder): OperationStore {
  const tell = <P extends unknown[], R>(name: string, method: (...parameters: P) => R) => (...parameters: P): R => {
    recorder.tell(name, parameters)
    return method(...parameters)
  }
  return {
    ...store,
    find: tell('find', store.find),
    list: tell('list', store.list),
    count: tell('count', store.count),
    commit: tell('commit', store.commit),
    changes: tell('changes', store.changes)
  }
}

/** Asks as a tenant. */
export async function ask (app: FastifyInstance, tenant: string, { method, url, headers = {}, payload }: Request): Promise<Response> {
  return await app.inject({ method, url, headers: { host: 'graph.test', ...headers, ...callerOf(tenant, url) }, ...(payload && { payload }) })
}

/** What became of a request, and what the store and its database were asked for it. */
export interface Observed {
  readonly status: number
  readonly seen: string
  readonly asked: readonly string[]
}

/** Sends all that names an operation, one after the other. */
export async function observe (app: FastifyInstance, recorder: Recorder, tenant: string, url: string, id: string, etag: string): Promise<Observed[]> {
  const observed: Observed[] = []
  for (const request of toRequests(url, id, etag)) {
    const { result, lines } = await recorder.listen(async () => await ask(app, tenant, request))
    observed.push({ status: result.statusCode, seen: withoutId(toSeen(result), id), asked: lines.map((line) => withoutId(line, id)) })
  }
  return observed
}

/** What the doors for a host's own code say of an id, errors included. */
export async function askDoors (app: FastifyInstance, collection: Collection, id: string, ifVersion: string): Promise<unknown[]> {
  const { operations } = app
  const key = { ...collection, id }
  const attempts: Array<() => Promise<unknown>> = [
    async () => await operations.find(key),
    async () => await operations.update(key, { status: 'Running' }),
    async () => await operations.update(key, { status: 'Running' }, { ifVersion }),
    async () => await operations.update(key, {}, { ifVersion, createIfMissing: true }),
    async () => await operations.remove(key),
    async () => await operations.remove(key, { ifVersion }),
    async () => await operations.create(collection, { id, status: 'Running' }),
    async () => await operations.create(collection, { id }),
    async () => await operations.remove(key),
    async () => await operations.update(key, { status: 'Running' }, { createIfMissing: true }),
    async () => await operations.update(key, {}, { ifVersion }),
    async () => await operations.remove(key, { ifVersion }),
    async () => await operations.remove(key)
  ]
  const answers: unknown[] = []
  for (const attempt of attempts) {
    const answer = await attempt().catch((error: GraphError) => Object.assign({ thrown: error.message }, error))
    answers.push(answer === undefined ? 'nothing' : JSON.parse(JSON.stringify(answer).replaceAll(/20\d\d-\d\d-\d\dT[\d:.]+Z/g, hide).replace(/(?<="version":")[\w-]{16}/, hide)))
  }
  return answers
}
