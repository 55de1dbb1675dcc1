/*
 * The long form of the faults, one summary at its end:
 *
 *   npm run test:faults
 *   npm run test:faults -- kill --store=sqlite --cycles=20 --seed=7
 *
 * The exit code is 1 when any failed, was void or could not run. The folder of one that failed is kept. With --json
 * the last line is what became of each, and there is no summary.
 */
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Fault, Outcome } from './fault.js'
import { ViolationError, VoidRunError } from './fault.js'
import { faults } from './index.js'
import { toTable } from './table.js'

const { values: { seed: seedText, cycles: cyclesText, store: onlyStore, json: isForPrograms }, positionals: names } = parseArgs({
  options: { seed: { type: 'string' }, cycles: { type: 'string' }, store: { type: 'string' }, json: { type: 'boolean', default: false } },
  allowPositionals: true
})

function parseCount (name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name}=${text} is not a number`)
  return Number(text)
}

function say (line: string): void {
  process.stdout.write(`${line}\n`)
}

const seed = seedText === undefined ? randomInt(2 ** 31) : parseCount('seed', seedText)

async function run (fault: Fault, store: string): Promise<Outcome> {
  const cycles = cyclesText === undefined ? fault.long : parseCount('cycles', cyclesText)
  const head = { fault: fault.name, store, cycles }
  const missing = fault.isMissing?.() ?? false
  if (missing !== false) {
    say(`${fault.name} ${store}: not run, ${missing}`)
    return { ...head, figures: {}, seconds: 0, result: 'not run' }
  }
  say(`${fault.name} ${store}: ${cycles} cycles, --seed=${seed}`)
  const folder = mkdtempSync(join(tmpdir(), `fault-${fault.name}-`))
  const start = Date.now()
  const secondsSoFar = (): number => Math.round((Date.now() - start) / 100) / 10
  try {
    const figures = await fault.run({ store, cycles, folder, seed, log: (line) => say(`  ${secondsSoFar()} s  ${line}`) })
    rmSync(folder, { recursive: true, force: true })
    return { ...head, figures, seconds: secondsSoFar(), result: 'ok' }
  } catch (error) {
    const isVoid = error instanceof VoidRunError
    const isTold = isVoid || error instanceof ViolationError
    say(`${String(isTold ? error.message : (error as Error).stack)}\nkept: ${folder}`)
    return { ...head, figures: isTold ? error.figures : {}, seconds: secondsSoFar(), result: isVoid ? 'void' : 'FAILED' }
  }
}

const unknown = names.filter((name) => !faults.some((fault) => fault.name === name))
if (unknown.length > 0) throw new Error(`there is no fault ${unknown.join(', ')}; there are ${faults.map(({ name }) => name).join(', ')}`)

const outcomes: Outcome[] = []
for (const fault of faults.filter(({ name }) => names.length === 0 || names.includes(name))) {
  for (const store of fault.stores.filter((store) => onlyStore === undefined || store === onlyStore)) outcomes.push(await run(fault, store))
}

const toCell = (figure: number | undefined): string => figure === undefined ? '-' : figure.toLocaleString('en')

function summarize (): void {
  say('')
  for (const { fault, store, figures } of outcomes) {
    const { acknowledged: _acknowledged, lost: _lost, twice: _twice, violations: _violations, ...others } = figures
    say(`${fault} ${store}: ${Object.entries(others).map(([name, figure]) => `${name} ${toCell(figure)}`).join(', ')}`)
  }
  say('')
  say(toTable([
    ['fault', 'store', 'cycles', 'acknowledged', 'lost', 'twice', 'violations', 'seconds', 'result'],
    ...outcomes.map(({ fault, store, cycles, figures, seconds, result }) => [
      fault, store, toCell(cycles), toCell(figures['acknowledged']), toCell(figures['lost']), toCell(figures['twice']), toCell(figures['violations']), toCell(seconds), result
    ])
  ]))
}

if (isForPrograms) say(JSON.stringify(outcomes))
else summarize()
process.exitCode = outcomes.length > 0 && outcomes.every(({ result }) => result === 'ok') ? 0 : 1
