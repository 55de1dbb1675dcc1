import { invalidRequest } from '../errors.js'
import { makeClock } from '../schemas/date-time.js'
import type { StructuredType } from '../schemas/definition.js'
import type { TypeSet } from '../schemas/type-set.js'
import { compile } from '../schemas/validator.js'
import { toFamily } from '../schemas/views/family.js'
import { toRequestSchema } from '../schemas/views/request.js'
import type { Awaitable, Collection, Expression, Key, OperationRecord, OperationStore, Page, Query } from '../storage/store.js'
import { makeTraced } from '../storage/traced.js'
import type { Context } from './context.js'
import { create } from './create.js'
import { get } from './get.js'
import type { Payload } from './payload.js'
import { makePayloadReader } from './payload.js'
import type { Precondition } from './precondition.js'
import { remove } from './remove.js'
import { makeRules } from './rules.js'
import { makeStatusPublisher } from './status.js'
import type { Transitions } from './transitions.js'
import { Turns } from './turns.js'
import { update, updateInCollection } from './update.js'
import type { Item, ItemResult, UpdateAllOptions } from './update-all.js'
import { updateAll } from './update-all.js'
import type { Written } from './upsert.js'
import { upsert, upsertInCollection } from './upsert.js'

export type { Payload } from './payload.js'
export { checkDepth } from './payload.js'
export type { Precondition, Versions } from './precondition.js'
export { isKnown } from './precondition.js'
export type { Transitions } from './transitions.js'
export type { Attempt, Item, ItemResult } from './update-all.js'
export type { Written } from './upsert.js'

export interface DomainOptions {
  readonly store: OperationStore
  readonly types: TypeSet
  readonly transitions: Transitions
  readonly writeTimeoutMillis: number
}

/** What a request body goes through before the domain takes it. */
export interface BodyRules {
  /** @throws invalidRequest */
  readonly read: (body: unknown) => Payload
  /** The JSON Schema of a create and an update, which `read` bodies must follow. */
  readonly schemas: Readonly<Record<'create' | 'update', ReturnType<typeof toRequestSchema>>>
  /** Both at once, for callers that have no route to validate for them. @throws invalidRequest */
  readonly parse: (body: unknown, view: 'create' | 'update') => Payload
}

/** The operations domain: what routes and a host's own code call. Payloads have been through {@link BodyRules}. */
export interface Domain {
  readonly types: TypeSet
  readonly bodyRules: (declared: StructuredType) => BodyRules
  readonly find: (key: Key) => Awaitable<OperationRecord | undefined>
  readonly create: (collection: Collection, declared: StructuredType, payload: Payload, precondition?: Precondition) => Awaitable<OperationRecord>
  readonly get: (key: Key, precondition?: Precondition) => Awaitable<OperationRecord>
  readonly list: (collection: Collection, query: Query, page: Page) => Awaitable<readonly OperationRecord[]>
  readonly count: (collection: Collection, filter?: Expression) => Awaitable<number>
  readonly update: (key: Key, payload: Payload, precondition?: Precondition) => Awaitable<OperationRecord>
  readonly updateInCollection: (collection: Collection, payload: Payload, precondition?: Precondition) => Awaitable<OperationRecord>
  readonly upsert: (key: Key, declared: StructuredType, payload: Payload, precondition?: Precondition) => Awaitable<Written>
  readonly upsertInCollection: (collection: Collection, declared: StructuredType, payload: Payload, precondition?: Precondition) => Awaitable<Written>
  readonly updateAll: (collection: Collection, declared: StructuredType, items: readonly Item[], options: UpdateAllOptions) => Awaitable<readonly ItemResult[]>
  readonly remove: (key: Key, precondition?: Precondition) => Awaitable<void>
}

function makeBodyRules (declared: StructuredType, types: TypeSet): BodyRules {
  const schemas = { create: toRequestSchema(declared, types, 'create'), update: toRequestSchema(declared, types, 'update') }
  const validators = { create: compile(schemas.create), update: compile(schemas.update) }
  const read = makePayloadReader(toFamily(declared, types), types)
  return {
    read,
    schemas,
    parse (body, view) {
      const payload = read(body)
      const issues = validators[view](payload)
      if (issues.length > 0) throw invalidRequest(issues)
      return payload
    }
  }
}

/** One domain over one store. */
export function makeDomain ({ store: given, types, transitions, writeTimeoutMillis }: DomainOptions): Domain {
  const bodyRules = new Map<StructuredType, BodyRules>()
  const store = makeTraced(given)
  const rules = makeRules(types)
  const context: Context = {
    store, types, transitions, writeTimeoutMillis, rules, turns: new Turns(), clock: makeClock(), publishStatus: makeStatusPublisher(given, rules)
  }
  const bodyRulesOf = (declared: StructuredType): BodyRules => {
    const known = bodyRules.get(declared) ?? makeBodyRules(declared, types)
    bodyRules.set(declared, known)
    return known
  }
  return Object.freeze<Domain>({
    types,
    bodyRules: bodyRulesOf,
    find: (key) => store.find(key),
    create: (collection, declared, payload, precondition) => create(context, collection, declared, payload, precondition),
    get: (key, precondition) => get(context, key, precondition),
    list: (collection, query, page) => store.list(collection, query, page),
    count: (collection, filter) => store.count(collection, filter),
    update: (key, payload, precondition) => update(context, key, payload, precondition),
    updateInCollection: (collection, payload, precondition) => updateInCollection(context, collection, payload, precondition),
    upsert: (key, declared, payload, precondition) => upsert(context, key, declared, payload, precondition),
    upsertInCollection: (collection, declared, payload, precondition) => upsertInCollection(context, collection, declared, payload, precondition),
    updateAll: (collection, declared, items, options) => updateAll(context, collection, { declared, parse: bodyRulesOf(declared).parse }, items, options),
    remove: (key, precondition) => remove(context, key, precondition)
  })
}
