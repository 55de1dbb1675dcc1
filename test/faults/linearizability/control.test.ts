import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { recommendedServerOptions } from '../../../index.js'
import type { OperationStore } from '../../../index.js'
import { makeChance } from '../../support/chance.js'
import { brokenStores, soundStore } from './broken.js'
import type { Target } from './clients.js'
import { measure } from './measure.js'
import type { Result } from './measure.js'

/** Two applications that listen, as two processes over one store would. */
async function listen (t: Test, store: OperationStore): Promise<Target[]> {
  return await Promise.all([1, 2].map(async () => {
    const app = Fastify({ ...recommendedServerOptions })
    t.teardown(async () => { await app.close() })
    await app.register(graphOperations, { prefix: '/v1.0', store, auth: 'none' })
    await app.listen({ host: '127.0.0.1', port: 0 })
    return { url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, headers: {} }
  }))
}

async function measureStore (t: Test, store: OperationStore, rounds: number, isOver?: (violations: readonly string[]) => boolean): Promise<Result> {
  return await measure({ targets: await listen(t, store), rounds, chance: makeChance(rounds), folder: t.testdir(), log: (line) => { t.comment(line) }, isOver })
}

t.test('a store that is right shows no violation', async (t) => {
  const { counts, violations } = await measureStore(t, soundStore(), 3)
  t.comment(counts)
  t.strictSame(violations, [])
  t.equal(counts.violations, 0)
  t.equal(counts.unknown + counts.refused, 0)
  t.ok(counts.contended > counts.requests / 2)
})

for (const [name, makeStore] of Object.entries(brokenStores)) {
  t.test(`a broken store is found: ${name}`, async (t) => {
    const { counts, violations } = await measureStore(t, makeStore(), 20, (found) => found.length > 0)
    t.comment(`${counts.requests} requests`, violations[0])
    t.ok(counts.violations > 0)
  })
}
