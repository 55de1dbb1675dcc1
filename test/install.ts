import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Installs what the tests use beside the package's own dependencies, unless what the locks name is there already.
 * No install script of a package runs by itself, whatever the version of npm; those that are needed run here.
 */
for (const name of ['witnesses', 'engines']) {
  const folder = fileURLToPath(new URL(name, import.meta.url))
  const modules = join(folder, 'node_modules')
  const stamp = join(modules, '.installed')
  const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) continue

  // where npm is a script of the shell, a shell must run it
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' })
  // a package cannot hold symbolic links: those of the PostgreSQL libraries are listed, and made by a script beside the list
  for (const file of readdirSync(modules, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('hydrate-symlinks.js')) execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: join(modules, file, '../..'), stdio: 'inherit' })
  }
  writeFileSync(stamp, wanted)
}
