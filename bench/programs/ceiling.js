import { announce, listen } from './announce.js'
import { makeBareOperations } from './bare-operations.js'

/* Bare Fastify over a Map. */

const operations = new Map()

const app = makeBareOperations({
  get: (id) => operations.get(id),
  put (operation) { operations.set(operation.id, operation) },
  update (id, members) {
    const stored = operations.get(id)
    if (stored === undefined) return undefined
    const updated = { ...stored, ...members }
    operations.set(id, updated)
    return updated
  },
  newest: (status, limit) => [...operations.values()]
    .filter((operation) => operation.status === status)
    .sort((a, b) => a.createdDateTime < b.createdDateTime ? 1 : -1)
    .slice(0, limit)
})

announce({ port: await listen(app) })
