import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Installs the other programs, unless what the lock names is there already. Of their install scripts only that of
 * SQLite runs, which fetches or compiles it; where it can do neither, the programs that need it are not measured.
 */
export function installPeers (log: (line: string) => void): void {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const stamp = join(folder, 'node_modules', '.installed')
  const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return

  log('installing the other programs; compiling SQLite for them can take minutes')
  const npm = (...args: string[]): void => { execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' }) }
  npm('ci', '--ignore-scripts', '--no-audit', '--no-fund')
  try {
    npm('rebuild', 'better-sqlite3', '--ignore-scripts=false')
  } catch (error) {
    log(`better-sqlite3 cannot be installed: ${(error as Error).message}`)
  }
  writeFileSync(stamp, wanted)
}
