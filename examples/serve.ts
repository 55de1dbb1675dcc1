/*
 * Runs one of the examples:
 *
 *   node --import tsx examples/serve.ts own-type
 *   node --import tsx examples/serve.ts worker
 */
import { setTimeout as delay } from 'node:timers/promises'
import { makeApp as makeImports } from './own-type.js'
import { copyPages, makeApp as makeWorker } from './worker.js'

const [, , name] = process.argv

if (name === 'own-type') {
  const app = await makeImports()
  const address = await app.listen({ host: '127.0.0.1', port: 3001 })
  process.stdout.write(`POST {"fileName":"a.csv"} to ${address}/v1.0/workspaces/1/imports/operations\n`)
} else if (name === 'worker') {
  const app = await makeWorker()
  const address = await app.listen({ host: '127.0.0.1', port: 3002 })
  process.stdout.write(`watch ${address}/v1.0/sites/1/onenote/operations\n`)
  const page = async (): Promise<void> => { await delay(1_000) }
  await copyPages(app, '1', [page, page, page, page])
} else {
  process.stderr.write('say which: own-type or worker\n')
  process.exitCode = 1
}
