import { changeCases } from './conformance/changes.js'
import type { Cases } from './conformance/case.js'
import { queryCases } from './conformance/queries.js'
import { recordCases } from './conformance/records.js'
import type { Awaitable, OperationStore } from './store.js'

/*
 * The interface of a store as tests: what passes them can stand behind the plugin.
 * They run with any test runner and need nothing but `node:assert`.
 */

/** How to run the suite. */
export interface ConformanceOptions {
  /** The runner's function for one named test, such as `test` of node:test. */
  readonly test: (name: string, run: () => Promise<void>) => unknown
  /** A new, empty store for one test; the test closes it. */
  readonly makeStore: () => Awaitable<OperationStore>
  /** Cases that do not apply, each with the reason. A name that is no case fails the suite. */
  readonly skip?: Readonly<Record<string, string>>
}

const cases: Cases = { ...recordCases, ...changeCases, ...queryCases }

/** The names of the cases, for `skip`. */
export const conformanceCases: readonly string[] = Object.freeze(Object.keys(cases))

/**
 * Runs every case against stores of one kind.
 * @throws Error when `skip` names something that is no case
 */
export function storeConformance ({ test, makeStore, skip = {} }: ConformanceOptions): void {
  const unknown = Object.keys(skip).find((name) => !conformanceCases.includes(name))
  if (unknown !== undefined) throw new Error(`"${unknown}" is skipped and is not a case`)
  for (const [name, run] of Object.entries(cases)) {
    const reason = skip[name]
    test(reason === undefined ? name : `${name} # SKIP ${reason}`, async () => {
      if (reason !== undefined) return
      const store = await makeStore()
      try {
        await run(store, makeStore)
      } finally {
        await store.close()
      }
    })
  }
}
