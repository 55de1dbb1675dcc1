import { GraphError } from '../errors.js'
import type { Create, StructuredType, Update } from '../schemas/definition.js'
import { isOperationId, operationIdPattern } from '../schemas/operation-id.js'
import { isOwnerId, toOwnerId } from '../schemas/owner-id.js'
import type { Collection, Key, OperationRecord } from '../storage/store.js'
import type { Domain } from './index.js'
import type { Precondition } from './precondition.js'

/** Which declared type an owner's operations have; `undefined` when no collection has such an owner. */
export type FindOwnerType = (owner: string) => StructuredType | undefined

/** How a caller names the state it expects: a version read before. */
export interface WriteOptions {
  readonly ifVersion?: string
}

export interface UpdateOptions extends WriteOptions {
  /** An operation that is not there is created, with the key's id and by the rules of a create. */
  readonly createIfMissing?: boolean
}

/** An operation as code sees it; `R` is the representation, such as `OnenoteOperation`. */
export interface Operation<R> extends Omit<OperationRecord, 'value'> {
  readonly value: Readonly<R>
}

type AnyRepresentation = Record<string, unknown>

/**
 * `app.operations`: the doors for a host's own code, such as a worker in the same process. Every rule of
 * the routes holds; errors are {@link GraphError}. `R` types the representation: `update<OnenoteOperation>(…)`.
 */
export interface OperationDoors {
  create: <R extends object = AnyRepresentation>(collection: Collection, body: Create<R>) => Promise<Operation<R>>
  /** The operation, or `undefined`. */
  find: <R extends object = AnyRepresentation>(key: Key) => Promise<Operation<R> | undefined>
  update: <R extends object = AnyRepresentation>(key: Key, body: Update<R>, options?: UpdateOptions) => Promise<Operation<R>>
  remove: (key: Key, options?: WriteOptions) => Promise<void>
}

function toPrecondition (options: WriteOptions | undefined): Precondition | undefined {
  return options?.ifVersion === undefined ? undefined : { match: [options.ifVersion] }
}

export function makeDoors (domain: Domain, findOwnerType: FindOwnerType): OperationDoors {
  const getCollection = ({ tenant, owner }: Collection): { declared: StructuredType, collection: Collection } => {
    if (!isOwnerId(tenant)) throw new GraphError('invalidRequest', `"${tenant}" cannot be a tenant`, { target: 'tenant' })
    const declared = findOwnerType(owner)
    if (declared === undefined) throw new GraphError('invalidRequest', `"${owner}" is not the owner of a collection, such as sites/{id} or calls/{id}`, { target: 'owner' })
    return { declared, collection: { tenant: toOwnerId(tenant), owner: owner.split('/').map(toOwnerId).join('/') } }
  }
  // what no operation can be called never reaches a store, which might take it for something else
  const getKey = (given: Key): { declared: StructuredType, key: Key } => {
    const { declared, collection } = getCollection(given)
    if (!isOperationId(given.id)) throw new GraphError('invalidRequest', `"id" must match ${operationIdPattern}`, { target: 'id' })
    return { declared, key: { ...collection, id: given.id } }
  }
  return Object.freeze<OperationDoors>({
    async create<R extends object> (given: Collection, body: Create<R>) {
      const { declared, collection } = getCollection(given)
      return await domain.create(collection, declared, domain.bodyRules(declared).parse(body, 'create')) as unknown as Operation<R>
    },
    async find<R extends object> (given: Key) {
      return await domain.find(getKey(given).key) as unknown as Operation<R> | undefined
    },
    async update<R extends object> (given: Key, body: Update<R>, options?: UpdateOptions) {
      const { declared, key } = getKey(given)
      const payload = domain.bodyRules(declared).parse(body, 'update')
      const precondition = toPrecondition(options)
      const written = options?.createIfMissing === true
        ? (await domain.upsert(key, declared, payload, precondition)).record
        : await domain.update(key, payload, precondition)
      return written as unknown as Operation<R>
    },
    async remove (given: Key, options?: WriteOptions) {
      await domain.remove(getKey(given).key, toPrecondition(options))
    }
  })
}
