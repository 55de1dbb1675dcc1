import { readdir, readFile, stat } from 'node:fs/promises'
import type { Reason } from './dependencies.js'
import { avoided, peers, runtime, server } from './dependencies.js'

interface LockedPackage {
  readonly version: string
  readonly license: string
  readonly dependencies?: Readonly<Record<string, string>>
}

const root = new URL('..', import.meta.url)

/** The package that a package in a folder gets by a name, as Node finds it. */
function findPlace (packages: Readonly<Record<string, LockedPackage>>, from: string, name: string): string | undefined {
  const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`
  if (packages[place] !== undefined) return place
  return from === '' ? undefined : findPlace(packages, from.slice(0, Math.max(from.lastIndexOf('/node_modules/'), 0)), name)
}

/** A package and all it needs, by their places. */
export function toTree (packages: Readonly<Record<string, LockedPackage>>, names: readonly string[]): Set<string> {
  const found = new Set<string>()
  const add = (from: string, name: string): void => {
    const place = findPlace(packages, from, name)
    if (place === undefined) throw new Error(`${name} is not in package-lock.json`)
    if (found.has(place)) return
    found.add(place)
    for (const dependency of Object.keys((packages[place] as LockedPackage).dependencies ?? {})) add(place, dependency)
  }
  for (const name of names) add('', name)
  return found
}

/** The name of a package, by its place. */
export const nameOf = (place: string): string => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)

export async function readLock (): Promise<Readonly<Record<string, LockedPackage>>> {
  const { packages } = JSON.parse(await readFile(new URL('package-lock.json', root), 'utf8')) as { packages: Record<string, LockedPackage> }
  return packages
}

/** Bytes of a package's own files. */
async function sizeOf (folder: URL): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true })
  const sizes = await Promise.all(entries.filter(({ name }) => name !== 'node_modules').map(async (entry) =>
    entry.isDirectory() ? await sizeOf(new URL(`${entry.name}/`, folder)) : (await stat(new URL(entry.name, folder))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

function toSize (bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

async function toRow (packages: Readonly<Record<string, LockedPackage>>, name: string, { use, why, state }: Reason): Promise<string> {
  const { version, license } = packages[`node_modules/${name}`] as LockedPackage
  const others = [...toTree(packages, [name])].map(nameOf).filter((other) => other !== name).sort()
  const brings = others.length === 0 ? 'nothing' : others.length <= 4 ? others.join(', ') : `${others.length} packages`
  return `| ${name} ${version} | ${use} | ${why} | ${brings} | ${toSize(await sizeOf(new URL(`node_modules/${name}/`, root)))} | ${license} | ${state} |`
}

/** Every package that the plugin or its server needs, and why; versions, sizes and licenses are those of this tree. */
export async function toDependenciesPage (): Promise<string> {
  const packages = await readLock()
  const toTable = async (reasons: Readonly<Record<string, Reason>>): Promise<string> => {
    const rows: string[] = []
    for (const [name, reason] of Object.entries(reasons)) rows.push(await toRow(packages, name, reason))
    return `| package | what for | why this one, and not our own | brings | size | license | who keeps it |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}`
  }
  return `<!-- made by npm run docs -->
# Dependencies

An application that installs the package gets ${toTree(packages, Object.keys(runtime)).size} others, ${Object.keys(runtime).length} of them by name. None runs a script when it is installed, and none is built for one machine. \`sbom.json\` in the package lists them as CycloneDX.

## With the package

${await toTable(runtime)}

## Beside it

${await toTable(peers)}

## For the server

\`npm start\` and \`npm run backup\` need these beside; they are not shipped.

${await toTable(server)}

## Not here

${Object.entries(avoided).map(([name, reason]) => `- **${name}**: ${reason}`).join('\n')}

\`npm test\` holds the floors below which a version has a known vulnerability, for every package in package-lock.json, and fails when one of these comes back.
`
}
