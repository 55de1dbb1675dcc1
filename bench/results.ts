import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Workload } from './load/clients.js'
import type { GrowthWorkload } from './load/owner-clients.js'
import type { Summary } from './report.js'

/** Where something was measured. */
export interface Machine {
  readonly processor: string
  readonly node: string
}

/** What the table says. */
export interface TableResult {
  readonly machine: Machine
  readonly processes: number
  /** Of each process. */
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

/** One workload over one size. */
export interface GrowthCell {
  /** Microseconds of CPU time for each request. */
  readonly cpu: number
  /** Median latency. Milliseconds. */
  readonly p50: number
  /** To the first size, in the same rounds. */
  readonly cpuRatio: number
  readonly p50Ratio: number
  /** For how long the event loop was held at most: the median over rounds, and in all of them. Milliseconds. */
  readonly block: number
  readonly longestBlock: number
}

export interface FirstPage {
  readonly millis: number
  readonly longestBlock: number
}

/** A server that was filled. */
export interface GrowthSize {
  readonly operations: number
  readonly owners: number
  readonly workloads: Readonly<Record<GrowthWorkload, GrowthCell>>
  /** The first request that reads an index. */
  readonly firstPages: Readonly<Record<'newest' | 'running', FirstPage>>
  /** Bytes for each operation, beyond those of a server that has none. */
  readonly heap: number
  readonly rss: number
  readonly disk: number | undefined
}

export interface GrowthStore {
  readonly store: string
  /** Characters of an operation. */
  readonly characters: number
  readonly sizes: readonly GrowthSize[]
  /** Median milliseconds of pages in a walk from page to page, numbered from 1. */
  readonly walk: ReadonlyArray<{ readonly from: number, readonly to: number, readonly millis: number }>
  /** Until the first answer, of the largest size. Milliseconds. */
  readonly start: { readonly sinceSpawn: number, readonly sinceStore: number } | undefined
}

/** What a process has more when it is ready than before the package was imported; median. */
export interface BootRow {
  readonly name: string
  readonly importMillis: number
  readonly readyMillis: number
  /** Of both, over all threads. */
  readonly cpuMillis: number
  /** MB. */
  readonly rss: number
  readonly heap: number
}

/** One revision of this package. */
export interface StepResult {
  readonly revision: string
  readonly name: string
  /** Microseconds of CPU time for each request, and the ratio to bare Fastify. */
  readonly cells: ReadonlyArray<{ readonly workload: Workload, readonly store: string, readonly micros: number, readonly ratio: number }>
}

/** What the programs of the bench leave for docs/performance.md. */
export interface Results {
  readonly table: TableResult
  readonly profile: { readonly machine: Machine, readonly rows: readonly ProfileResult[] }
  readonly growth: { readonly machine: Machine, readonly rounds: number, readonly seconds: number, readonly stores: readonly GrowthStore[] }
  readonly steps: { readonly machine: Machine, readonly processes: number, readonly rounds: number, readonly seconds: number, readonly rows: readonly StepResult[] }
  readonly boot: { readonly machine: Machine, readonly processes: number, readonly rows: readonly BootRow[] }
}

export function toMachine (): Machine {
  return { processor: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`, node: process.version }
}

const toFile = (name: keyof Results): string => fileURLToPath(new URL(`results/${name}.json`, import.meta.url))

export function saveResult<K extends keyof Results> (name: K, result: Results[K]): void {
  mkdirSync(dirname(toFile(name)), { recursive: true })
  writeFileSync(toFile(name), `${JSON.stringify(result, (_key, value: unknown) => typeof value === 'number' ? Number(value.toPrecision(4)) : value, 1)}\n`)
}

export function hasResult (name: keyof Results): boolean {
  return existsSync(toFile(name))
}

export function readResult<K extends keyof Results> (name: K): Results[K] {
  return JSON.parse(readFileSync(toFile(name), 'utf8')) as Results[K]
}
