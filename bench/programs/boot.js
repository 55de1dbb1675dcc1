import Fastify from 'fastify'
import { importPackage, openStore } from './package.js'

/*
 * What a host takes to be ready: `boot.js DIST STORE PLACE` with this package, `boot.js DIST nothing` without it.
 * Fastify is there before the clock begins.
 */

const [dist, kind, place] = process.argv.slice(2)

function measureMemory () {
  global.gc()
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsed, rss }
}

const before = measureMemory()
const cpuBefore = process.cpuUsage()
const begin = performance.now()
const exported = kind === 'nothing' ? undefined : await importPackage(dist)
const imported = performance.now()
const app = Fastify()
if (exported !== undefined) {
  const { default: graphOperations, jwtAuth } = exported
  const issuer = 'https://issuer.example'
  await app.register(graphOperations, { prefix: '/v1.0', store: await openStore(exported, kind, place), auth: jwtAuth({ issuer, audience: 'api', jwksUri: `${issuer}/keys` }) })
}
await app.ready()
const ready = performance.now()
const { user, system } = process.cpuUsage(cpuBefore)
const after = measureMemory()

process.send({ importMillis: imported - begin, readyMillis: ready - imported, cpuMillis: (user + system) / 1_000, heap: after.heapUsed - before.heapUsed, rss: after.rss - before.rss }, () => process.exit())
