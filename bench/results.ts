import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Workload } from './load/clients.js'
import type { Summary } from './report.js'

/** Where something was measured. */
export interface Machine {
  readonly processor: string
  readonly node: string
}

/** What the table says. */
export interface TableResult {
  readonly machine: Machine
  readonly rounds: number
  readonly seconds: number
  readonly rows: Readonly<Partial<Record<Workload, readonly Summary[]>>>
}

/** The functions that take most of the time of a row, as parts of 1. */
export interface ProfileResult {
  readonly program: string
  readonly workload: Workload
  readonly functions: ReadonlyArray<readonly [place: string, part: number]>
}

/** What the programs of the bench leave for docs/performance.md. */
export interface Results {
  readonly table: TableResult
  readonly profile: { readonly machine: Machine, readonly rows: readonly ProfileResult[] }
}

export function toMachine (): Machine {
  return { processor: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`, node: process.version }
}

const toFile = (name: keyof Results): string => fileURLToPath(new URL(`results/${name}.json`, import.meta.url))

export function saveResult<K extends keyof Results> (name: K, result: Results[K]): void {
  mkdirSync(dirname(toFile(name)), { recursive: true })
  writeFileSync(toFile(name), `${JSON.stringify(result, (_key, value: unknown) => typeof value === 'number' ? Number(value.toPrecision(4)) : value, 1)}\n`)
}

export function readResult<K extends keyof Results> (name: K): Results[K] {
  return JSON.parse(readFileSync(toFile(name), 'utf8')) as Results[K]
}
