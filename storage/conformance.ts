import { changeCases } from './conformance/changes.js'
import type { Cases } from './conformance/case.js'
import { commitCases } from './conformance/commits.js'
import { isolationCases } from './conformance/isolation.js'
import { lifetimeCases } from './conformance/lifetime.js'
import { limitCases } from './conformance/limits.js'
import { peerCases } from './conformance/peers.js'
import { queryCases } from './conformance/queries.js'
import { raceCases } from './conformance/races.js'
import { recordCases } from './conformance/records.js'
import { valueCases } from './conformance/values.js'
import type { Awaitable, OperationStore } from './store.js'

/*
 * The interface of a store as tests: what passes them can stand behind the plugin.
 * They run with any test runner and need nothing but Node. docs/stores.md is their manual.
 */

/** How to run the suite. */
export interface ConformanceOptions {
  /** The runner's function for one named test, such as `test` of node:test. */
  readonly test: (name: string, run: () => Promise<void>) => unknown
  /** A new, empty store for one test; the test closes it. */
  readonly makeStore: () => Awaitable<OperationStore>
  /**
   * One more store over what `store` keeps, as another process would open it, while `store` is open or after it
   * was closed; the test closes it. Without it the cases of several stores over the same data are skipped: it is
   * left out for a store that keeps nothing outside of itself.
   */
  readonly makePeer?: (store: OperationStore) => Awaitable<OperationStore>
  /** Cases that do not apply, each with the reason. A name that is no case fails the suite. */
  readonly skip?: Readonly<Record<string, string>>
}

const cases: Cases = { ...recordCases, ...commitCases, ...raceCases, ...changeCases, ...isolationCases, ...lifetimeCases, ...peerCases, ...queryCases, ...valueCases, ...limitCases }

/** The names of the cases, for `skip`. */
export const conformanceCases: readonly string[] = Object.freeze(Object.keys(cases))

/**
 * Runs every case against stores of one kind.
 * @throws Error when `skip` names something that is no case
 */
export function storeConformance ({ test, makeStore, makePeer, skip = {} }: ConformanceOptions): void {
  const unknown = Object.keys(skip).find((name) => !conformanceCases.includes(name))
  if (unknown !== undefined) throw new Error(`"${unknown}" is skipped and is not a case`)
  const withoutPeers = makePeer === undefined ? Object.fromEntries(Object.keys(peerCases).map((name) => [name, 'no makePeer was given'])) : {}
  const reasons: Readonly<Record<string, string>> = { ...withoutPeers, ...skip }
  for (const [name, run] of Object.entries(cases)) {
    const reason = reasons[name]
    test(reason === undefined ? name : `${name} # SKIP ${reason}`, async () => {
      if (reason !== undefined) return
      const made: OperationStore[] = []
      const keep = (store: OperationStore): OperationStore => {
        made.push(store)
        return store
      }
      try {
        await run(keep(await makeStore()), {
          makeStore: async () => keep(await makeStore()),
          makePeer: async (store) => keep(await (makePeer as NonNullable<typeof makePeer>)(store))
        })
      } finally {
        for (const store of made) await store.close()
      }
    })
  }
}
