import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/*
 * Writes sbom.json: what an application gets with this package, as CycloneDX. `npm sbom --omit=dev` alone leaves
 * out what a package for development needs too, so it is run where only the dependencies are.
 * @see https://github.com/npm/cli/issues/7909
 */

type Manifest = Readonly<Record<string, unknown>>

/** What is nothing of an application's. */
const ours = ['devDependencies', 'peerDependencies', 'peerDependenciesMeta', 'scripts']

function toShipped (manifest: Manifest): Manifest {
  return Object.fromEntries(Object.entries(manifest).filter(([name]) => !ours.includes(name)))
}

const root = new URL('..', import.meta.url)
const manifest = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as Manifest
const lock = JSON.parse(await readFile(new URL('package-lock.json', root), 'utf8')) as { packages: Record<string, Manifest> }
const packages = Object.entries(lock.packages).filter(([, { dev }]) => dev !== true).map(([place, entry]) => [place, place === '' ? toShipped(entry) : entry])

const folder = await mkdtemp(join(tmpdir(), 'sbom-'))
try {
  // npm calls the package as its folder is called
  const cwd = join(folder, String(manifest['name']))
  await mkdir(cwd)
  await writeFile(join(cwd, 'package.json'), JSON.stringify(toShipped(manifest)))
  await writeFile(join(cwd, 'package-lock.json'), JSON.stringify({ ...lock, packages: Object.fromEntries(packages) as unknown }))
  const { stdout } = await promisify(execFile)('npm', ['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only'], { cwd })
  await writeFile(new URL('sbom.json', root), stdout)
} finally {
  await rm(folder, { recursive: true, force: true })
}
