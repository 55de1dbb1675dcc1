import { randomUUID } from 'node:crypto'
import { GraphError, invalidRequest } from '../errors.js'
import type { StructuredType } from '../schemas/definition.js'
import { isOperationId } from '../schemas/operation-id.js'
import { andThen } from '../storage/awaitable.js'
import type { Awaitable, Collection, OperationRecord } from '../storage/store.js'
import type { Context } from './context.js'
import type { Payload } from './payload.js'
import type { Precondition } from './precondition.js'
import { checkPrecondition } from './precondition.js'
import { toRemoval } from './remove.js'
import { findUpserted } from './upsert.js'
import type { Effect, Intent } from './write.js'
import { write } from './write.js'

/** One change of many. */
export interface Item {
  /** Where it stands, for complaints about it: `value/3`. */
  readonly path: string
  readonly kind: 'upsert' | 'remove'
  /** The operation, a partial one where it exists; `id` alone for one to remove. Not read yet. */
  readonly body: Readonly<Record<string, unknown>>
  readonly precondition: Precondition | undefined
}

/** What was tried; `upsert` when it cannot be known whether the operation exists. @see OData Core vocabulary, DataModificationOperationKind */
export type Attempt = 'insert' | 'update' | 'upsert' | 'delete'

export type ItemResult =
  | { readonly kind: 'stored', readonly record: OperationRecord }
  | { readonly kind: 'removed', readonly id: string }
  /** `error` may be one that is not meant for clients. `id` is that of the item, if it has one. */
  | { readonly kind: 'failed', readonly attempt: Attempt, readonly id: unknown, readonly error: unknown }

/** `all-or-nothing`: the first failure is thrown and nothing is stored. `each`: an item's failure is its own. */
export type Mode = 'all-or-nothing' | 'each'

export interface UpdateAllOptions {
  readonly mode: Mode
  /** Whether what exists may only be changed by an item that says which version it is based on. */
  readonly requireMatch: boolean
}

/** How the items of one collection are read. */
export interface ItemRules {
  readonly declared: StructuredType
  /** @throws invalidRequest */
  readonly parse: (body: unknown, view: 'update') => Payload
}

/** Characters of stored text that the operations to change may have, all together: each is read, merged, checked and sent back. */
const togetherLimit = 1_048_576

/** Counts an operation to change, with what is stored. @throws invalidRequest */
type CheckTogether = (id: string, found: OperationRecord | undefined) => void

/** An operation that is looked at again counts once. */
function makeCheckTogether (): CheckTogether {
  const sizes = new Map<string, number>()
  let total = 0
  return (id, found) => {
    const size = found?.text.length ?? 0
    total += size - (sizes.get(id) ?? 0)
    sizes.set(id, size)
    if (total > togetherLimit) throw invalidRequest([{ target: '', message: `the operations to change must have at most ${togetherLimit.toLocaleString('en')} characters together: change fewer at once` }])
  }
}

/** @throws invalidRequest */
function toIntent (context: Context, { declared, parse }: ItemRules, { kind, body, precondition }: Item, requireMatch: boolean, checkTogether: CheckTogether): Intent {
  const payload = parse(body, 'update')
  const id = payload['id'] as string | undefined ?? randomUUID()
  return {
    id,
    plan (found) {
      if (kind === 'upsert') checkTogether(id, found)
      if (requireMatch && found !== undefined && precondition?.match === undefined) {
        throw new GraphError('preconditionRequired', 'an entity tag is required: send the one that the change is based on', { target: '@odata.etag' })
      }
      if (kind === 'remove') return toRemoval(found, precondition)
      checkPrecondition(found, precondition)
      return findUpserted(context, declared, id, payload, found)
    }
  }
}

function toResult ({ kind }: Item, id: string, effect: Effect | undefined): ItemResult {
  return kind === 'remove' ? { kind: 'removed', id } : { kind: 'stored', record: effect?.after as OperationRecord }
}

/** Does a job for one item; what it complains about is said with the item's place. */
function locate<T> (path: string, job: () => T): T {
  try {
    return job()
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    const { kind, message, target, details, headers } = error
    const at = (place = ''): string => place === '' ? path : `${path}/${place}`
    throw new GraphError(kind, message, { target: at(target), details: details.map((detail) => ({ ...detail, target: at(detail.target) })), headers })
  }
}

function updateTogether (context: Context, collection: Collection, rules: ItemRules, items: readonly Item[], requireMatch: boolean, checkTogether: CheckTogether): Awaitable<readonly ItemResult[]> {
  const intents = items.map((item) => {
    const { id, plan } = locate(item.path, () => toIntent(context, rules, item, requireMatch, checkTogether))
    return { id, plan: (found: OperationRecord | undefined) => locate(item.path, () => plan(found)) }
  })
  return andThen(write(context, collection, intents), (effects) => items.map((item, index) => toResult(item, (intents[index] as Intent).id, effects[index])))
}

/** What failed, by what is there now. */
async function findAttempt ({ store }: Context, { tenant, owner }: Collection, { kind, body: { id } }: Item): Promise<Attempt> {
  if (kind === 'remove') return 'delete'
  if (typeof id !== 'string' || !isOperationId(id)) return 'insert'
  try {
    return await store.find({ tenant, owner, id }) === undefined ? 'insert' : 'update'
  } catch {
    // what failed first is the error to tell
    return 'upsert'
  }
}

async function updateAlone (context: Context, collection: Collection, rules: ItemRules, item: Item, requireMatch: boolean, checkTogether: CheckTogether): Promise<ItemResult> {
  try {
    const intent = toIntent(context, rules, item, requireMatch, checkTogether)
    const [effect] = await write(context, collection, [intent])
    return toResult(item, intent.id, effect)
  } catch (error) {
    return { kind: 'failed', attempt: await findAttempt(context, collection, item), id: item.body['id'], error }
  }
}

/**
 * Upserts and removals of one collection, each of another operation; results are in the order of the items.
 * @throws with `all-or-nothing` what an item is refused with, its place in `target`
 * @see OData 4.01 Part 1, 11.4.12
 */
export function updateAll (context: Context, collection: Collection, rules: ItemRules, items: readonly Item[], { mode, requireMatch }: UpdateAllOptions): Awaitable<readonly ItemResult[]> {
  const checkTogether = makeCheckTogether()
  if (mode === 'all-or-nothing') return updateTogether(context, collection, rules, items, requireMatch, checkTogether)
  return Promise.all(items.map(async (item) => await updateAlone(context, collection, rules, item, requireMatch, checkTogether)))
}
