/*
 * The long form: 200,000 requests, and a table of what was answered.
 *
 *   npm run fuzz
 *   npm run fuzz -- --requests=50000 --seed=7 --store=sqlite
 *
 * The exit code is 1 when any was answered as it must not be; what is printed says how to send it again.
 */
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { toTable } from '../faults/table.js'
import { fuzz } from './fuzz.js'
import { makeTarget } from './target.js'

const { values: { requests: requestsText, seed: seedText, store, path, only } } = parseArgs({
  options: { requests: { type: 'string', default: '200000' }, seed: { type: 'string' }, store: { type: 'string', default: 'memory' }, path: { type: 'string' }, only: { type: 'string' } }
})

function parseCount (name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name}=${text} is not a number`)
  return Number(text)
}

function say (line: string): void {
  process.stdout.write(`${line}\n`)
}

if (store !== 'memory' && store !== 'sqlite') throw new Error(`--store=${store} is neither memory nor sqlite`)
const seed = seedText === undefined ? randomInt(2 ** 31) : parseCount('seed', seedText)
const requests = parseCount('requests', requestsText)
say(`${requests.toLocaleString('en')} requests, --seed=${seed} --store=${store}`)

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
const start = Date.now()
const target = await makeTarget(store === 'memory' ? 'memory:' : `sqlite:${join(folder, 'operations.db')}`)
const { counts, requests: sent, violation } = await fuzz(target, { requests, seed, path, only })
await target.app.close()
rmSync(folder, { recursive: true, force: true })

const statuses = [...new Set([...counts.keys()].map((key) => key.split(' ').at(-1)!))].sort()
const rows = [...new Set([...counts.keys()].map((key) => key.split(' ').slice(0, -1).join(' ')))].sort()
const toCell = (count = 0): string => count === 0 ? '-' : count.toLocaleString('en')
say(toTable([['kind and method', ...statuses], ...rows.map((row) => [row, ...statuses.map((status) => toCell(counts.get(`${row} ${status}`)))])]))
say(`${sent.toLocaleString('en')} requests in ${Math.round((Date.now() - start) / 1_000)} s, ${violation === undefined ? 'no violation' : 'a violation'}`)
if (violation !== undefined) say(violation)
process.exitCode = violation === undefined ? 0 : 1
