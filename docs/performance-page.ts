import { toGrowthTables } from '../bench/growth/tables.js'
import type { Workload } from '../bench/load/clients.js'
import type { Summary } from '../bench/report.js'
import { titles } from '../bench/report.js'
import { hasResult, readResult } from '../bench/results.js'
import type { BootRow } from '../bench/results.js'

const round = (value: number): string => value >= 100 ? value.toFixed(0) : value.toFixed(1)

function toRow ({ name, kind, ratio, least, middle, throughput, p50, p99, failure }: Summary): string {
  const title = kind === 'ours' ? `**${name}**` : name
  if (failure !== undefined) return `| ${title} | void | | | | | |`
  return `| ${title} | ${ratio.toFixed(2)} | ${round(middle)} | ${round(least)} | ${throughput.toFixed(0)} | ${p50.toFixed(1)} | ${p99.toFixed(1)} |`
}

function toTable ([workload, rows]: readonly [Workload, readonly Summary[]]): string {
  return `### ${titles[workload]}

| | ratio | CPU µs, median | CPU µs, least | requests/s | p50 ms | p99 ms |
|---|---:|---:|---:|---:|---:|---:|
${rows.map(toRow).join('\n')}
`
}

const [barHeight, panelGap, labelWidth, plotWidth] = [16, 44, 210, 560]
const colours: Readonly<Record<Summary['kind'], string>> = { ceiling: '#8a8f98', ours: '#0b6bcb', floor: '#8a8f98', peer: '#c9973f' }
const marks = [10, 100, 1_000, 10_000, 100_000]
const [least, most] = [Math.min(...marks), Math.max(...marks)]
const toX = (micros: number): number => labelWidth + plotWidth * Math.log10(micros / least) / Math.log10(most / least)

function toBar ({ name, kind, middle, failure }: Summary, y: number): string {
  const label = `<text x="${labelWidth - 8}" y="${y + 12}" text-anchor="end"${kind === 'ours' ? ' font-weight="bold"' : ''}>${name}</text>`
  if (failure !== undefined) return `${label}<text x="${labelWidth + 4}" y="${y + 12}" fill="#8a8f98">void: a wrong answer</text>`
  const end = toX(middle)
  return `${label}<rect x="${labelWidth}" y="${y + 1}" width="${(end - labelWidth).toFixed(1)}" height="${barHeight - 3}" fill="${colours[kind]}"/><text x="${(end + 4).toFixed(1)}" y="${y + 12}" fill="#555">${round(middle)}</text>`
}

function toPanel ([workload, rows]: readonly [Workload, readonly Summary[]], top: number): string {
  const bars = rows.map((row, index) => toBar(row, top + 24 + index * barHeight))
  const bottom = top + 24 + rows.length * barHeight
  const grid = marks.map((micros) => `<line x1="${toX(micros)}" x2="${toX(micros)}" y1="${top + 20}" y2="${bottom}" stroke="#ddd"/><text x="${toX(micros)}" y="${bottom + 12}" text-anchor="middle" fill="#555">${micros.toLocaleString('en')}</text>`)
  return `<text x="${labelWidth}" y="${top + 12}" font-size="14" font-weight="bold">${titles[workload]}</text>${grid.join('')}${bars.join('')}`
}

/** Bars of the CPU time of a request, on a logarithmic scale. */
export function toPerformancePlot (): string {
  const panels = Object.entries(readResult('table').rows) as Array<[Workload, readonly Summary[]]>
  let top = 34
  const drawn = panels.map((panel) => {
    const text = toPanel(panel, top)
    top += 24 + panel[1].length * barHeight + panelGap
    return text
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${labelWidth + plotWidth + 60} ${top}" font-family="system-ui, sans-serif" font-size="11" fill="#222">
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="20" font-size="13">CPU time of the server for one request, µs, logarithmic; shorter is better</text>
${drawn.join('\n')}
</svg>
`
}

function toGrowthSection (): string {
  const { rounds, seconds, stores } = readResult('growth')
  const sections = stores.map((store) => `### ${store.store}\n\n${toGrowthTables(store)}`)
  return `## As more is stored

The same servers hold a thousand operations or a million, from \`npm run bench -- growth\`: of one owner, and in the last
column of many. An operation has ${stores[0]?.characters ?? 0} characters; one in a thousand, and at least 20 of an owner, are Running. 64 clients
ask for operations at random, the sizes take turns, ${rounds} rounds of ${seconds} s each, and × is the ratio to the first size in the
same round. CPU time is that of the Node process, PostgreSQL runs beside it.
Of one owner all clients ask for the same page, which PostgreSQL is asked for once for those of one turn of the event
loop; of many owners nearly every client asks for another one. The event loop is held by all that arrives
at once, so a block has as many requests as came together; the first time that something is asked for, one. Bytes are
those of the process after garbage collection, less those of one that holds nothing, and what is on the disk. A walk
follows \`@odata.nextLink\` through the largest collection. A start is after a kill, the file or database in the
system's cache.

${sections.join('\n')}`
}

function toBootSection (): string {
  const { processes, rows } = readResult('boot')
  const [first, ...others] = rows as readonly [BootRow, ...BootRow[]]
  const less = (value: number, base: number): string => (value - base).toFixed(1)
  const lines = others.map(({ name, importMillis, readyMillis, cpuMillis, rss, heap }) =>
    `| ${name} | ${less(importMillis, first.importMillis)} | ${less(readyMillis, first.readyMillis)} | ${less(cpuMillis, first.cpuMillis)} | ${less(rss, first.rss)} | ${less(heap, first.heap)} |`)
  return `## Start of a host

What a host takes longer to be ready, and holds more, with this package registered than with Fastify alone, which takes
${first.readyMillis.toFixed(1)} ms: medians of ${processes} processes each, from \`npm run bench -- boot\`. Stores hold nothing yet, and their files
and tables are there.

| store | import, ms | then to ready, ms | CPU time of both, ms | resident, MB | heap, MB |
|---|---:|---:|---:|---:|---:|
${lines.join('\n')}
`
}

function toStepsSection (): string {
  const { processes, rounds, seconds, rows } = readResult('steps')
  const stores = [...new Set(rows.flatMap(({ cells }) => cells.map(({ store }) => store)))]
  const names = Object.keys(titles) as Workload[]
  const tables = stores.map((store) => {
    const lines = rows.map(({ revision, name, cells }) => {
      const found = names.map((workload) => cells.find((cell) => cell.store === store && cell.workload === workload))
      return `| ${name} (\`${revision}\`) | ${found.map((cell) => cell === undefined ? '' : cell.ratio.toFixed(2)).join(' | ')} |`
    })
    return `### ${store}\n\n| after | ${names.map((workload) => titles[workload]).join(' | ')} |\n|---|${names.map(() => '---:|').join('')}\n${lines.join('\n')}\n`
  })
  return `## What each step bought

Ratios to bare Fastify of revisions of this package in one run, from \`npm run bench -- steps\`, ${rounds} rounds of ${seconds} s in each
of ${processes} processes.
A difference of a tenth between two lines may be the machine's.

${tables.join('\n')}`
}

/** @throws when something was not measured yet */
export function toPerformancePage (): string {
  const { machine, processes, rounds, seconds, rows } = readResult('table')
  const profiles = readResult('profile').rows.map(({ program, workload, functions }) =>
    `<details><summary>${program}: ${titles[workload]}</summary>\n\n| | of the time |\n|---|---:|\n${functions.map(([place, part]) => `| \`${place}\` | ${(100 * part).toFixed(1)} % |`).join('\n')}\n\n</details>\n`)
  return `<!-- made by npm run docs of what npm run bench measured -->
# Performance

What a request costs, beside other programs that do the same, measured by \`npm run bench\` in one run on one machine
(${machine.processor}, Node ${machine.node}). Servers run on one core and their clients, 64 connections that each wait for
their answer, on another; each program takes turns with bare Fastify, ${rounds} rounds of ${seconds} s in each of ${processes} pairs
of processes, since the engine compiles one better than another. Throughput swings on a shared machine:
what holds is the CPU time that the server's process needs for a request, and its **ratio**: how many requests the
program serves with the CPU time that bare Fastify needs for one in the rounds just before and after, the median of all rounds.
Every answer is checked, and what was written is read back; a wrong answer voids the row.

All do the same work: 1,000 operations; GET by key; a page of 20 of those that are Running, newest first; PATCH of a
status and a text of one of them; create. *Bare Fastify, a Map* has one route with JSON schemas for body and response and
nothing else: no token, no ETag, no OData, nothing that lasts; *our bytes* is the same with requests and answers as long
as ours: a token that nobody reads, and our headers and members. This package has everything on: a signed token of the size of Entra's,
permissions, validation, ETags, OData. All clients ask for the same page: the PostgreSQL store reads it once for those
who ask in one turn of the event loop, and pages that differ one by one. Answers of this package that are ready in one
turn leave together, which wakes clients on the same machine, as they are here, once for all of them; it saves less where
clients are elsewhere. The SQLite store and the programs over SQLite sync each acknowledged write to the disk; json-server writes a file and syncs nothing.

![CPU time of a request](performance.svg)

${(Object.entries(rows) as Array<[Workload, readonly Summary[]]>).map(toTable).join('\n')}
${hasResult('growth') ? `${toGrowthSection()}\n` : ''}${toBootSection()}
${hasResult('steps') ? `${toStepsSection()}\n` : ''}## Where the time goes

The functions with most of the CPU time of their own, from \`npm run bench -- profile\`.

${profiles.join('\n')}`
}
