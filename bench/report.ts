import type { Workload } from './load/clients.js'
import type { PairedSample, Row } from './measure.js'

export function median (values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] as number : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** What a row says. */
export interface Summary {
  readonly name: string
  readonly kind: Row['program']['kind']
  readonly storage: Row['program']['storage']
  /** Microseconds of CPU time for each request. */
  readonly least: number
  readonly middle: number
  /** How many requests it serves with the CPU time of one of the first row: the median over rounds that touch. */
  readonly ratio: number
  readonly throughput: number
  readonly p50: number
  readonly p99: number
  readonly failure: string | undefined
}

/** Rows of one workload beside the first one. */
export function summarize (rows: readonly Row[]): Summary[] {
  return rows.map(({ program: { name, kind, storage }, samples, failure }) => {
    const all = (read: (sample: PairedSample) => number): number => median(samples.map(read))
    const cpus = samples.map(({ cpu }) => cpu)
    return { name, kind, storage, failure, least: Math.min(...cpus), middle: median(cpus), ratio: all((sample) => sample.ratio), throughput: all((sample) => sample.throughput), p50: all((sample) => sample.p50), p99: all((sample) => sample.p99) }
  })
}

export const titles: Readonly<Record<Workload, string>> = { get: 'GET by key', page: 'Page of 20, filtered and sorted', patch: 'PATCH by key', create: 'Create' }

/** The tables of all workloads, in Markdown. */
export function toTable (table: ReadonlyMap<Workload, readonly Row[]>): string {
  return [...table].map(([workload, rows]) => {
    const lines = summarize(rows).map(({ name, least, middle, ratio, throughput, p50, p99, failure }) => failure === undefined
      ? `| ${name} | ${ratio.toFixed(2)} | ${least.toFixed(0)} | ${middle.toFixed(0)} | ${throughput.toFixed(0)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} |`
      : `| ${name} | void | | | | | |\n\n${failure}\n`)
    return `\n### ${titles[workload]}\n\n| | ratio | CPU µs, least | CPU µs, median | requests/s | p50 ms | p99 ms |\n|---|---:|---:|---:|---:|---:|---:|\n${lines.join('\n')}\n`
  }).join('')
}
