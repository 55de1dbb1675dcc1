import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/**
 * Installs what the tests use beside the package's own dependencies, unless what the locks name is there already.
 * No install script of a package runs by itself, whatever the version of npm; those that are needed run here.
 */
async function install (name: string): Promise<void> {
  const folder = fileURLToPath(new URL(name, import.meta.url))
  const modules = join(folder, 'node_modules')
  const stamp = join(modules, '.installed')
  const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return

  // where npm is a script of the shell, a shell must run it
  const { stderr } = await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, shell: process.platform === 'win32' })
  process.stderr.write(stderr)
  // a package cannot hold symbolic links: those of the PostgreSQL libraries are listed, and made by a script beside the list
  for (const file of readdirSync(modules, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('hydrate-symlinks.js')) execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: join(modules, file, '../..'), stdio: 'inherit' })
  }
  writeFileSync(stamp, wanted)
}

await Promise.all(['witnesses', 'engines'].map(install))
