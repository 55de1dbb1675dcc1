import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Load, LoadResult } from './load/generator.js'

/*
 * What a server still does when more is asked of it than it can do:
 *   npm run bench -- overload [store…]      default sqlite memory
 * server.ts runs as it is, with its development issuer, on one core, the load on another. The peak is the best of
 * several numbers of clients that wait for their answers; then four times the requests of that peak arrive,
 * whatever the server does, and four and sixteen times the clients come. Goodput is right answers in time.
 */

const canPin = availableParallelism() > 1 && process.platform === 'linux'

/** A command that runs a program on one core, where the system can do that. */
function toCommand (core: number, ...args: string[]): [command: string, args: string[]] {
  const node = [process.execPath, '--import', 'tsx', ...args]
  return canPin ? ['taskset', ['-c', String(core), ...node]] : [process.execPath, node.slice(1)]
}

const root = new URL('..', import.meta.url).pathname
const execFileAsync = promisify(execFile)

async function startServer (store: string): Promise<{ port: number, token: string, stop: () => Promise<void> }> {
  const child = spawn(...toCommand(0, 'server.ts'), { cwd: root, env: { ...process.env, PORT: '0', STORE: store }, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const part of child.stdout.setEncoding('utf8')) {
    output += String(part)
    if (output.includes('\ncurl ')) break
  }
  const port = Number(/^listening on .*:(\d+)$/m.exec(output)?.[1])
  const token = String(/^token (.+)$/m.exec(output)?.[1])
  return {
    port,
    token,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    }
  }
}

async function measure (load: Load): Promise<LoadResult> {
  const { stdout } = await execFileAsync(...toCommand(1, 'bench/load/generator.ts', JSON.stringify(load)), { cwd: root })
  const result = JSON.parse(stdout) as LoadResult
  if (result.wrong > 0) throw new Error(`${result.wrong} answers were wrong`)
  return result
}

function toRow (name: string, peak: number, { offered, good, late, lost, statuses, p50, p99 }: LoadResult): string {
  const others = Object.entries(statuses).filter(([status]) => status !== '200').map(([status, count]) => `${status} × ${count}`).join(', ')
  const cells = [name.padEnd(34), ...[offered, good, late, lost].map((figure) => figure.toFixed(0).padStart(8)), `${(100 * good / peak).toFixed(0)} %`.padStart(8), `${p50.toFixed(0)} ms`.padStart(9), `${p99.toFixed(0)} ms`.padStart(9), others]
  return cells.join(' ')
}

async function bench (store: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'overload-'))
  const server = await startServer(store === 'memory' ? 'memory:' : `sqlite:${join(folder, 'operations.db')}`)
  try {
    const path = '/v1.0/communications/calls/overload/operations'
    const url = `http://127.0.0.1:${server.port}${path}`
    for (let n = 0; n < 1_000; n += 1) {
      const { status } = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ id: `op-${n}`, status: 'Running' }) })
      if (status !== 201) throw new Error(`create answered ${status}`)
    }
    const base: Load = { port: server.port, token: server.token, path, connections: 64, rate: 0, warmupSeconds: 3, seconds: 6, deadlineMillis: 5_000 }
    process.stdout.write(`\n${store}\n${['load'.padEnd(34), ...['offered', 'good', 'late', 'lost', 'of peak'].map((title) => title.padStart(8)), 'p50'.padStart(9), 'p99'.padStart(9), 'other answers'].join(' ')}\n`)
    let peak = 0
    for (const connections of [16, 64, 128]) {
      const result = await measure({ ...base, connections })
      peak = Math.max(peak, result.good)
      process.stdout.write(`${toRow(`${connections} clients that wait`, peak, result)}\n`)
    }
    const rate = 4 * peak
    const overloads: Array<[string, Partial<Load>]> = [
      ['4 × the requests, 256 connections', { rate, connections: 256 }],
      ['4 × the requests, 1,024 connections', { rate, connections: 1_024 }],
      ['4 × the clients', { connections: 256 }],
      ['16 × the clients', { connections: 1_024 }],
      ['64 clients again', {}]
    ]
    for (const [name, load] of overloads) process.stdout.write(`${toRow(name, peak, await measure({ ...base, ...load }))}\n`)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

const stores = process.argv.slice(2)
for (const store of stores.length > 0 ? stores : ['sqlite', 'memory']) await bench(store)
