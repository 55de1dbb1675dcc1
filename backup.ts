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

// what is not complete is removed when the process exits
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) process.once(signal, () => process.exit(code))

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
})
