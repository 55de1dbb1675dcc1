import { StoreUnavailableError } from '../store.js'
import type { Collection, Key, OperationRecord } from '../store.js'
import type { Run } from './connections.js'
import { togetherLimit, toRecords } from './records.js'
import type { Statements } from './statements.js'

/** Whoever waits for an operation. */
interface Waiting {
  readonly id: string
  readonly resolve: (record: OperationRecord | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * Makes what finds operations: those of one collection that are asked for in one turn of the event loop are looked up
 * by one statement, which is sent at its end, after everything that was acknowledged before anybody asked.
 */
export function makeFinds (read: Run, statements: Statements): (key: Key) => Promise<OperationRecord | undefined> {
  const collections = new Map<string, { readonly collection: Collection, readonly waiting: Waiting[] }>()

  const findOne = async (collection: Collection, { id, resolve, reject }: Waiting): Promise<void> => {
    await read(statements.find({ tenant: collection.tenant, owner: collection.owner, id })).then((rows) => { resolve(toRecords(rows)[0]) }, reject)
  }

  const findAll = async (collection: Collection, waiting: readonly Waiting[]): Promise<void> => {
    try {
      const records = toRecords(await read(statements.findAll(collection, [...new Set(waiting.map(({ id }) => id))])))
      const found = new Map(records.map((record) => [record.id, record]))
      for (const { id, resolve } of waiting) resolve(found.get(id))
    } catch (error) {
      if (error instanceof StoreUnavailableError) for (const { reject } of waiting) reject(error)
      // an id that the database refuses is refused to those who asked for it
      else await Promise.all(waiting.map(async (one) => { await findOne(collection, one) }))
    }
  }

  const send = (): void => {
    const all = [...collections.values()]
    collections.clear()
    for (const { collection, waiting } of all) {
      for (let start = 0; start < waiting.length; start += togetherLimit) {
        const [first, ...more] = waiting.slice(start, start + togetherLimit) as [Waiting, ...Waiting[]]
        void (more.length === 0 ? findOne(collection, first) : findAll(collection, [first, ...more]))
      }
    }
  }

  return async ({ tenant, owner, id }) => await new Promise((resolve, reject) => {
    if (collections.size === 0) setImmediate(send)
    const name = JSON.stringify([tenant, owner])
    const known = collections.get(name) ?? { collection: { tenant, owner }, waiting: [] }
    collections.set(name, known)
    known.waiting.push({ id, resolve, reject })
  })
}
