import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './setting.js'

const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()

/**
 * Builds another revision in an empty folder; the folder of what was built. It takes this tree's dependencies where
 * it names the same ones.
 */
export function buildRevision (revision: string, folder: string): string {
  const commit = git('rev-parse', '--verify', `${revision}^{commit}`)
  execFileSync('bash', ['-c', 'git archive "$0" | tar -x -C "$1"', commit, folder], { cwd: root })
  const lockOf = (tree: string): string => readFileSync(join(tree, 'package-lock.json'), 'utf8')
  if (lockOf(folder) === lockOf(root)) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  else execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
  const dist = join(folder, 'dist')
  if (!existsSync(join(dist, 'index.js'))) throw new Error(`${revision} cannot be built`)
  return dist
}
