import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { Test } from 'tap'
import { toUncounted } from '../support/uncounted.js'
import type { Fault, Figures, Outcome } from './fault.js'
import { ViolationError } from './fault.js'

/** A machine that does ten other things takes ten times as long. Milliseconds. */
const timeout = 900_000

const program = fileURLToPath(new URL('run.ts', import.meta.url))

/** The quick form in a process of its own: what a test runner counts and follows makes load half as heavy. */
async function runQuickly (t: Test, fault: Fault, store: string): Promise<Outcome> {
  const child = spawn(...toUncounted(process.execPath, '--import', 'tsx', program, fault.name, `--store=${store}`, `--cycles=${fault.quick}`, '--json'), { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => { child.kill() })
  const end = once(child, 'close')
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) lines.push(line)
  await end
  const last = lines.pop() ?? ''
  t.comment(lines.join('\n'))
  const [outcome] = JSON.parse(last) as Outcome[]
  if (outcome === undefined) throw new Error(`there is no ${fault.name} on ${store}`)
  return outcome
}

/** Runs the quick form of a fault on its stores, or on some of them, and has its figures checked. */
export function testQuickly (fault: Fault, check: (t: Test, figures: Figures) => void, stores = fault.stores): void {
  t.setTimeout(timeout)
  for (const store of stores) {
    t.test(`${fault.name} on ${store}, ${fault.quick} cycles`, { skip: fault.isMissing?.() ?? false, timeout }, async (t) => {
      const { figures, result } = await runQuickly(t, fault, store)
      t.comment(figures)
      t.ok(result === 'ok' || result === 'void', `the result is ${result}`)
      check(t, figures)
    })
  }
}

/** {@link testQuickly} for a fault that takes the database away in each cycle. */
export function testOutages (fault: Fault): void {
  testQuickly(fault, (t, figures) => {
    const { acknowledged, lost, twice, violations } = figures
    t.strictSame([lost, twice, violations], [0, 0, 0])
    t.ok(acknowledged! >= fault.quick * 300, `${acknowledged} writes were acknowledged`)
    t.ok(figures['answered 503']! >= fault.quick, 'clients met the outages')
  })
}

/** Runs a fault on a store that breaks its promise; answers what was found. @throws when nothing was */
export async function findFault (t: Test, fault: Fault, store: string, cycles: number): Promise<ViolationError> {
  try {
    await fault.run({ store, cycles, folder: t.testdir(), seed: 1, log: () => undefined })
  } catch (error) {
    if (error instanceof ViolationError) return error
    throw error
  }
  throw new Error(`${fault.name} found nothing in ${cycles} cycles`)
}
