import type { GrowthWorkload } from '../load/owner-clients.js'
import type { FirstPage, GrowthSize, GrowthStore } from '../results.js'

const titles: Readonly<Record<GrowthWorkload, string>> = { get: 'GET by key', patch: 'PATCH by key', running: 'the newest 20 that are Running', newest: 'the newest 20' }

/** Three digits of a number, and all before its point. */
const toText = (value: number): string => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)

const toTitle = ({ operations, owners }: GrowthSize): string => `${operations.toLocaleString('en')}${owners === 1 ? '' : ` of ${owners.toLocaleString('en')} owners`}`

/** Below this, what a process has by itself says more than what an operation needs. */
const enoughToDivide = 10_000

/** What one store needs, in Markdown. */
export function toGrowthTables ({ sizes, walk, start }: GrowthStore): string {
  const toRow = (title: string, toCell: (size: GrowthSize) => string): string => `| ${title} | ${sizes.map(toCell).join(' | ')} |`
  const toRows = (toRowsOf: (workload: GrowthWorkload) => readonly string[]): readonly string[] => (Object.keys(titles) as GrowthWorkload[]).flatMap(toRowsOf)
  const head = (title: string): string => `${toRow(title, toTitle)}\n|---|${sizes.map(() => '---:|').join('')}`
  const perOperation = (name: 'heap' | 'rss' | 'disk') => (size: GrowthSize): string => {
    const bytes = size[name]
    return bytes === undefined || size.operations < enoughToDivide ? '' : (Math.round(bytes) || 0).toFixed(0)
  }
  const toFirstRows = (figure: keyof FirstPage, title: string): readonly string[] => (['newest', 'running'] as const).map((name) => toRow(`${titles[name]}${title}`, ({ firstPages }) => toText(firstPages[name][figure])))
  const hasDisk = sizes.some(({ disk }) => disk !== undefined)

  const costs = [head('operations'), ...toRows((workload) => [
    toRow(`${titles[workload]}: CPU µs`, ({ workloads }) => `${toText(workloads[workload].cpu)} (× ${workloads[workload].cpuRatio.toFixed(2)})`),
    toRow('median ms', ({ workloads }) => `${toText(workloads[workload].p50)} (× ${workloads[workload].p50Ratio.toFixed(2)})`)
  ]), ...toFirstRows('millis', ', asked for the first time: ms')]
  const blocks = [head('longest block of the event loop in a round, ms (in all rounds)'), ...toRows((workload) => [toRow(titles[workload], ({ workloads }) => `${toText(workloads[workload].block)} (${toText(workloads[workload].longestBlock)})`)]),
    ...toFirstRows('longestBlock', ', asked for the first time')]
  const bytes = [head('bytes for each operation'), toRow('heap', perOperation('heap')), toRow('resident', perOperation('rss')), ...hasDisk ? [toRow('on disk', perOperation('disk'))] : []]
  const pages = [`| page, ms | ${walk.map(({ from, to }) => `${from.toLocaleString('en')} to ${to.toLocaleString('en')}`).join(' | ')} |`, `|---|${walk.map(() => '---:|').join('')}`, `| 20 operations, from link to link | ${walk.map(({ millis }) => toText(millis)).join(' | ')} |`]
  const started = start === undefined ? 'It begins empty.' : `From the call that opens the store to the first answered GET: ${start.sinceStore.toFixed(0)} ms; from the start of the process: ${start.sinceSpawn.toFixed(0)} ms.`
  return `${[costs, blocks, bytes, pages].map((lines) => lines.join('\n')).join('\n\n')}\n\n${started}\n`
}
