import { backupSqlite } from './index.js'

/*
 * Copies the file of a SQLite store, in use or not.
 *
 *   npm run backup -- TARGET [SOURCE]
 *
 * SOURCE is a file or `sqlite:FILE`, operations.db unless it is given.
 */

async function main ([target, source = 'operations.db', ...rest]: readonly string[]): Promise<void> {
  if (target === undefined || rest.length > 0) throw new Error('usage: npm run backup -- TARGET [SOURCE]')
  await backupSqlite({ file: source.replace(/^sqlite:/, ''), target })
  process.stdout.write(`${target}\n`)
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
})
