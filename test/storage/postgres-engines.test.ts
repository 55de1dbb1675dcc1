import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import t from 'tap'
import type { Test } from 'tap'
import { noPgBouncer, startPgBouncer } from '../support/pgbouncer.js'
import { startPair, startPostgres } from '../support/postgres.js'
import { startProxy } from '../support/proxy.js'
import { toUncounted } from '../support/uncounted.js'

async function connect (t: Test, url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  client.on('error', () => undefined)
  await client.connect()
  t.teardown(async () => { await client.end().catch(() => undefined) })
  return client
}

for (const version of [15, 18]) {
  t.test(`PostgreSQL ${version} starts, keeps what was committed when it is killed, and orders text as a language does`, async (t) => {
    const server = await startPostgres(t, { version })
    const url = await server.makeDatabase()
    const [{ number }] = await server.query("SELECT current_setting('server_version_num')::int / 10000 AS number")
    t.equal(number, version)
    t.strictSame(await server.query("SELECT 'a' < 'B' AS language, 'a' < 'B' COLLATE \"C\" AS bytes, current_setting('fsync') AS fsync"), [{ language: true, bytes: false, fsync: 'on' }])

    await server.query('CREATE TABLE kept (n int)', [], url)
    await server.query('INSERT INTO kept VALUES ($1)', [1], url)
    await server.kill()
    await t.rejects(server.query('SELECT 1'), { code: 'ECONNREFUSED' })
    await server.start({ log_statement: 'all' })
    t.strictSame(await server.query('SELECT n FROM kept', [], url), [{ n: 1 }])
    t.match(server.log(), /redo starts/)

    await server.restart('fast')
    t.match(server.log(), /statement: SELECT n FROM kept|execute <unnamed>: SELECT n FROM kept/, 'a setting stays')
  })
}

t.test('a standby has what the primary acknowledged, and takes its place', async (t) => {
  const { primary, standby, promote } = await startPair(t)
  await primary.query('CREATE TABLE kept (n int)')
  await primary.query('INSERT INTO kept VALUES (1)')
  await t.rejects(standby.query('INSERT INTO kept VALUES (2)'), { code: '25006' })
  await primary.kill()
  await promote()
  await standby.query('INSERT INTO kept VALUES (2)')
  t.strictSame(await standby.query('SELECT n FROM kept ORDER BY n'), [{ n: 1 }, { n: 2 }])
})

t.test('PgBouncer gives each transaction any of its connections', { skip: noPgBouncer }, async (t) => {
  const server = await startPostgres(t)
  const pooler = await startPgBouncer(t, await server.makeDatabase(), { poolSize: 1 })
  const [one, two] = [await connect(t, pooler.url), await connect(t, pooler.url)]
  await one.query("SET application_name = 'one'")
  const { rows } = await two.query('SELECT pg_backend_pid() AS pid')
  t.strictSame((await one.query('SELECT pg_backend_pid() AS pid')).rows, rows)
})

t.test('a test that is killed leaves no server and no folder behind', async (t) => {
  const script = `
    const { startPostgres } = await import('./test/support/postgres.ts')
    const server = await startPostgres({ teardown () {} })
    process.stdout.write(JSON.stringify([server.url, server.folder]))
    setInterval(() => {}, 1_000)
  `
  const child = spawn(...toUncounted(process.execPath, '--import', 'tsx', '--input-type=module', '-e', script), { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => { child.kill('SIGKILL') })
  const [url, folder] = JSON.parse(String(await once(child.stdout, 'data')))
  t.ok(existsSync(folder))
  // `env` became the test's process
  child.kill('SIGKILL')
  await once(child, 'exit')
  while (existsSync(folder)) await delay(20)
  await t.rejects(new pg.Client(url).connect(), { code: 'ECONNREFUSED' })
})

t.test('the proxy', async (t) => {
  const server = await startPostgres(t)
  const url = await server.makeDatabase()
  await server.query('CREATE TABLE kept (n int)', [], url)
  const proxy = await startProxy(t, url)
  const countKept = async (): Promise<number> => (await server.query('SELECT count(*)::int AS count FROM kept', [], url))[0].count

  t.test('forwards', async (t) => {
    const client = await connect(t, proxy.url)
    t.strictSame((await client.query('SELECT $1::int AS n', [1])).rows, [{ n: 1 }])
    const text = 'x'.repeat(1_000_000)
    t.strictSame((await client.query('SELECT $1 AS text', [text])).rows, [{ text }])
    await t.rejects(client.query('SELECT pg_terminate_backend(pg_backend_pid())'), { code: '57P01' })
  })

  t.test('cuts, refuses and accepts', async (t) => {
    const client = await connect(t, proxy.url)
    const answer = client.query('SELECT pg_sleep(60)')
    proxy.cut()
    await t.rejects(answer, { code: 'ECONNRESET' })
    await proxy.refuse()
    await t.rejects(new pg.Client(proxy.url).connect(), { code: 'ECONNREFUSED' })
    await proxy.accept()
    await connect(t, proxy.url)
  })

  t.test('holds answers', async (t) => {
    const client = await connect(t, proxy.url)
    proxy.hold()
    let isHeard = false
    const answer = client.query('INSERT INTO kept VALUES (1)').then(() => { isHeard = true })
    while (await countKept() === 0) await delay(10)
    t.notOk(isHeard)
    proxy.release()
    await answer
  })

  for (const name of [undefined, 'prepared']) {
    t.test(`cuts before a statement that is ${name ?? 'sent as it is'}`, async (t) => {
      const client = await connect(t, proxy.url)
      const insert = { text: 'INSERT INTO kept VALUES ($1)', values: [2], ...(name !== undefined && { name }) }
      await client.query(insert)
      const before = await countKept()
      const cut = proxy.cutBefore()
      await client.query('SELECT 1')
      await t.rejects(client.query(insert), { code: 'ECONNRESET' })
      await cut
      t.equal(await countKept(), before)
    })

    t.test(`cuts after a commit of a statement that is ${name ?? 'sent as it is'}`, async (t) => {
      const client = await connect(t, proxy.url)
      const insert = { text: 'INSERT INTO kept VALUES ($1)', values: [3], ...(name !== undefined && { name }) }
      await client.query(insert)
      const before = await countKept()
      const cut = proxy.cutAfterCommit()
      await client.query('SELECT 1')
      await t.rejects(client.query('INSERT INTO kept VALUES (1 / 0)'), { code: '22012' })
      await t.rejects(client.query(insert), { code: 'ECONNRESET' })
      await cut
      t.equal(await countKept(), before + 1)
    })
  }

  t.test('cuts after the COMMIT of a transaction, not after its statements or a ROLLBACK', async (t) => {
    const client = await connect(t, proxy.url)
    const before = await countKept()
    const cut = proxy.cutAfterCommit()
    for (const sql of ['BEGIN', 'INSERT INTO kept VALUES (4)', 'ROLLBACK', 'BEGIN', 'INSERT INTO kept VALUES (4)', 'SELECT 1']) await client.query(sql)
    await t.rejects(client.query('COMMIT'), { code: 'ECONNRESET' })
    await cut
    t.equal(await countKept(), before + 1)
  })
})
