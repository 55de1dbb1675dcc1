import type { Collection } from '../store.js'
import type { Writes } from './statements.js'

/** The numbers of collections, as far as the open transaction has looked for them. */
export interface CollectionNumbers {
  /** The number of a collection that something is written to; it is given one if it has none. */
  readonly get: (collection: Collection) => number
  /** Another transaction may drop collections that have nothing left, and one that is undone has given no numbers. */
  readonly forget: () => void
}

export function makeCollectionNumbers (statements: Writes): CollectionNumbers {
  const tenants = new Map<string, Map<string, number>>()
  const look = (tenant: string, owner: string): number => {
    const row = statements.number.get(tenant, owner) ?? statements.enter.get(tenant, owner)
    return (row as { number: number }).number
  }
  return {
    get ({ tenant, owner }) {
      const owners = tenants.get(tenant) ?? new Map<string, number>()
      const number = owners.get(owner) ?? look(tenant, owner)
      tenants.set(tenant, owners.set(owner, number))
      return number
    },
    forget () { tenants.clear() }
  }
}
