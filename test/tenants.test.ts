import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import { memoryStore } from '../index.js'
import type { OperationStore } from '../index.js'
import { everything } from '../storage/query/tree.js'
import { chooseDriver } from '../storage/sqlite/driver.js'
import type { SqliteStatement, SqliteValue } from '../storage/sqlite/driver.js'
import type * as SqliteModule from '../storage/sqlite/index.js'
import * as startThread from '../storage/sqlite/start-thread.js'
import { makeApp } from './support/app.js'
import { as, fromHeader, otherUser, tenant, user } from './support/callers.js'
import { ask, askDoors, callerOf, dump, fill, idOf, isOf, makeMounts, missingId, observe, owners, Recorder, tellingStore, tenantOf, toQueries, toRequests, toSeen, urls, withoutId } from './support/tenants.js'

/*
 * Nothing of one tenant is seen, counted or inferred by another. 50 tenants have 200 operations each, of the same
 * owners and half of them of the same ids; whatever one of them asks is answered as if it were alone.
 */

const tenants = Array.from({ length: 50 }, (_, number) => number)
const perOwner = 50

/** A SQLite store that tells every statement that this process sends it. */
async function openTelling (t: Test, recorder: Recorder): Promise<OperationStore> {
  const driver = await chooseDriver()
  class TellingDatabase extends driver.DatabaseSync {
    override exec = (sql: string): void => {
      recorder.tell(sql, [])
      super.exec(sql)
    }

    override prepare = (sql: string): SqliteStatement => {
      const statement = super.prepare(sql)
      // made after a commit unless the log is being copied, which has to do with all that was written and nothing asked
      if (sql === 'PRAGMA wal_checkpoint(NOOP)') return statement
      const tell = <R>(method: (...parameters: SqliteValue[]) => R) => (...parameters: SqliteValue[]): R => {
        recorder.tell(sql, parameters)
        return method.apply(statement, parameters)
      }
      return { run: tell(statement.run), get: tell(statement.get), all: tell(statement.all), iterate: tell(statement.iterate) }
    }
  }
  const { sqliteStore } = await t.mockImport<typeof SqliteModule>('../storage/sqlite/index.js', {
    '../storage/sqlite/driver.js': { chooseDriver: async () => ({ ...driver, DatabaseSync: TellingDatabase }) },
    // what is imported for a mock never resolves the program of a thread
    '../storage/sqlite/start-thread.js': startThread
  })
  return await sqliteStore({ file: join(t.testdir(), 'operations.db') })
}

const kinds: Record<string, (t: Test, recorder: Recorder) => Promise<OperationStore>> = {
  memory: async () => memoryStore(),
  sqlite: openTelling
}

for (const [kind, makeStore] of Object.entries(kinds)) {
  t.test(`50 tenants: ${kind}`, async (t) => {
    const recorder = new Recorder()
    const store = tellingStore(await makeStore(t, recorder), recorder)
    const crowded = await makeMounts(t, store)
    await fill(crowded, tenants.length, perOwner)
    const alone = await makeMounts(t, memoryStore())
    const me = tenantOf(0)
    await fill(alone, 1, perOwner)
    const before = new Map<string, string[]>()
    for (const number of tenants) before.set(tenantOf(number), await dump(store, tenantOf(number)))

    /** The entity tag of an operation of another tenant. */
    const etagOf = async (url: string, id: string, number = 7): Promise<string> => String((await ask(crowded, tenantOf(number), { method: 'GET', url: `${url}/${id}` })).headers.etag)

    await t.test('each sees its own, all of it and nothing else', async (t) => {
      for (const number of tenants) {
        for (const owner of owners) {
          const ids: string[] = []
          const foreign: object[] = []
          let next: string | undefined = `${urls[owner]}?$top=30&$count=true`
          while (next !== undefined) {
            const { '@odata.nextLink': link, '@odata.count': count, value }: { '@odata.nextLink'?: string, '@odata.count'?: number, value: Array<{ id: string }> } = (await ask(crowded, tenantOf(number), { method: 'GET', url: next })).json()
            if (count !== undefined && count !== perOwner) t.fail(`${tenantOf(number)} counts ${String(count)}`)
            for (const operation of value) {
              ids.push(operation.id)
              if (!isOf(number, operation)) foreign.push(operation)
            }
            next = link?.replace('http://graph.test', '')
          }
          if (foreign.length > 0) t.fail(`${tenantOf(number)} sees ${foreign.length} foreign operations of ${owner}`)
          if (ids.sort().join() !== Array.from({ length: perOwner }, (_, n) => idOf(number, n)).sort().join()) t.fail(`${tenantOf(number)} does not see its own of ${owner}`)
        }
      }
      t.equal(new Set([...before.values()].flat()).size, tenants.length * owners.length * perOwner)
    })

    await t.test('a query is answered as if there were nobody else', async (t) => {
      for (const owner of owners) {
        for (const request of toQueries(urls[owner])) {
          for (const who of [me, 'newcomer']) {
            const [here, there] = [await ask(crowded, who, request), await ask(alone, who, request)]
            if (toSeen(here) !== toSeen(there)) t.equal(toSeen(here), toSeen(there), `${request.method} ${request.url} as ${who}`)
          }
        }
        // to the last page, whose links are as long as they would be
        let [here, there] = [`${urls[owner]}?$top=7&$orderby=status desc`, `${urls[owner]}?$top=7&$orderby=status desc`]
        let pages = 0
        while (here !== '') {
          const answers = [await ask(crowded, me, { method: 'GET', url: here }), await ask(alone, me, { method: 'GET', url: there })] as const
          t.equal(toSeen(answers[0]), toSeen(answers[1]))
          ;[here, there] = answers.map((answer) => String(answer.json()['@odata.nextLink'] ?? '').replace('http://graph.test', '')) as [string, string]
          pages += 1
        }
        t.equal(pages, Math.ceil(perOwner / 7))
      }
    })

    await t.test('another tenant\'s operation is answered and looked for as a missing one', async (t) => {
      const statuses = new Set<number>()
      // whoever had something once is as one who writes for the second time
      for (const app of [crowded, alone]) {
        for (const url of Object.values(urls)) {
          t.equal((await ask(app, 'newcomer', { method: 'POST', url, payload: { id: 'gone' } })).statusCode, 201)
          t.equal((await ask(app, 'newcomer', { method: 'DELETE', url: `${url}/gone`, headers: { 'if-match': '*' } })).statusCode, 204)
        }
      }
      for (const [index, owner] of owners.entries()) {
        const url = urls[owner]
        // an id of one other tenant, and for who has nothing one of all the others
        const [who, foreign] = index < 2 ? [me, idOf(7, 1)] : ['newcomer', idOf(7, 0)]
        const etag = await etagOf(url, foreign)
        const sent = [await observe(crowded, recorder, who, url, foreign, etag), await observe(crowded, recorder, who, url, missingId, etag), await observe(alone, recorder, who, url, foreign, etag)] as const
        const [found, none, only] = sent
        for (const { status } of sent.flat()) statuses.add(status)
        for (const [place, { method, url: at, headers, payload }] of toRequests(url, foreign, etag).entries()) {
          const name = `${method} ${at} ${JSON.stringify([headers, payload])} as ${who}`
          if (JSON.stringify(found[place]) !== JSON.stringify(none[place])) t.strictSame(found[place], none[place], name)
          if (found[place]!.seen !== only[place]!.seen) t.equal(found[place]!.seen, only[place]!.seen, `${name}, where it is alone`)
        }
      }
      t.strictSame([...statuses].sort(), [200, 201, 204, 400, 404, 405, 409, 412, 428])
      // this can fail: one's own operation is another matter, in the answers, the calls and the statements
      const { result, lines } = await recorder.listen(async () => await ask(crowded, me, { method: 'PATCH', url: `${urls['calls/shared']}/${idOf(0, 1)}`, payload: { clientContext: 'x' } }))
      t.equal(result.statusCode, 200)
      t.match(lines, kind === 'memory'
        ? [/^find/, /^commit/]
        : [/^find/, /^PRAGMA data_version/, /^commit/, /^BEGIN IMMEDIATE/, /^PRAGMA data_version/, /^SELECT \(SELECT/, /^SELECT number FROM collections.*"tenant-00","calls\/shared"/, /^INSERT INTO changes/, /^UPDATE operations.*"tenant-00-001"/, /^COMMIT/])
    })

    await t.test('the doors for a host\'s own code are as tight', async (t) => {
      for (const owner of owners) {
        const collection = { tenant: me, owner }
        const foreign = idOf(7, 1)
        const { version } = (await store.find({ tenant: tenantOf(7), owner, id: foreign }))!
        const observeDoors = async (app: FastifyInstance, id: string): Promise<string[]> => {
          const { result, lines } = await recorder.listen(async () => await askDoors(app, collection, id, version))
          return [JSON.stringify(result), ...lines].map((line) => withoutId(line, id))
        }
        const found = await observeDoors(crowded, foreign)
        t.strictSame(found, await observeDoors(crowded, missingId), owner)
        t.equal(found[0], (await observeDoors(alone, foreign))[0])
      }
    })

    await t.test('a continuation token is good for its tenant, user and query only', async (t) => {
      const [calls, mine] = [urls['calls/shared'], urls[`users/${user}`]]
      const linkOf = async (number: number, url: string): Promise<string> => (await ask(crowded, tenantOf(number), { method: 'GET', url: `${url}?$top=7` })).json()['@odata.nextLink'].replace('http://graph.test', '')
      const link = await linkOf(7, calls)
      const token = new URL(link, 'http://graph.test').searchParams.get('$skiptoken')!
      // as long, and of nobody's making
      const nobodys = Buffer.from(Buffer.from(token, 'base64url').map((byte) => byte ^ 0x5a)).toString('base64url')
      const answerTo = async (app: FastifyInstance, who: string, url: string): Promise<string> => toSeen(await ask(app, who, { method: 'GET', url }))
      t.equal((await ask(crowded, tenantOf(7), { method: 'GET', url: link })).statusCode, 200)
      t.equal((await ask(crowded, tenantOf(7), { method: 'GET', url: link.replace('/communications/', '/app/') })).statusCode, 200, 'another URL of the same collection')
      for (const who of [me, tenantOf(8), 'newcomer']) {
        const expected = await answerTo(crowded, who, link.replace(token, nobodys))
        t.match(expected, /"statusCode":400.*belongs to another query or collection/)
        t.equal(await answerTo(crowded, who, link), expected)
        t.equal(await answerTo(alone, who, link), expected)
      }
      for (const other of [link.replace('$top=7', '$top=8'), link.replace('/calls/shared/', '/calls/other/'), link.replace(calls, urls['sites/shared'])]) {
        t.equal((await ask(crowded, tenantOf(7), { method: 'GET', url: other })).statusCode, 400, other.replace(/skiptoken.*/, ''))
      }
      const own = await linkOf(7, mine)
      const elses = await crowded.inject({ url: own, headers: as({ tenant: tenantOf(7), subject: otherUser, scopes: ['Notes.Read'] }) })
      t.equal(elses.statusCode, 400, 'another user of the same tenant')
      t.equal((await crowded.inject({ url: own, headers: as({ tenant: tenantOf(7), subject: user, scopes: ['Notes.Read'] }) })).statusCode, 200)
      // the secret is the store's: with another one nothing can be opened
      t.equal((await ask(alone, tenantOf(7), { method: 'GET', url: link })).statusCode, 400)
    })

    await t.test('what one removes is there for the others', async (t) => {
      const id = idOf(0, 0)
      for (const owner of owners) {
        const url = urls[owner]
        t.equal((await ask(crowded, me, { method: 'DELETE', url: `${url}/${id}`, headers: { 'if-match': await etagOf(url, id) } })).statusCode, 412)
        t.equal((await ask(crowded, me, { method: 'DELETE', url: `${url}/${id}` })).statusCode, 204)
        t.equal((await ask(crowded, tenantOf(7), { method: 'GET', url: `${url}/${id}`, headers: { 'if-none-match': await etagOf(url, id) } })).statusCode, 304)
      }
      for (const number of tenants.slice(1)) {
        const after = await dump(store, tenantOf(number))
        if (JSON.stringify(after) !== JSON.stringify(before.get(tenantOf(number)))) t.fail(`${tenantOf(number)} was touched`)
      }
      t.equal((await dump(store, me)).length, owners.length * (perOwner - 1))
      t.equal((await dump(store, 'newcomer')).length, 0)
    })
  })
}

t.test('an entity tag tells nothing of other writes, of no tenant', async (t) => {
  const app = await makeApp(t, { auth: fromHeader })
  const url = urls['calls/shared']
  const tags: bigint[] = []
  for (let n = 0; n < 64; n += 1) {
    const { headers } = await ask(app, n % 3 === 0 ? 'tenant-a' : 'tenant-b', { method: 'POST', url, payload: { clientContext: 'the same' } })
    const [, tag = ''] = /^W\/"([\w-]{16})"$/.exec(String(headers.etag)) ?? []
    tags.push(BigInt(`0x${Buffer.from(tag, 'base64url').toString('hex')}`))
  }
  const bitsOf = (value: bigint): number => value.toString(2).replaceAll('0', '').length
  const distances = tags.slice(1).map((tag, index) => bitsOf(tag ^ tags[index]!))
  // of 96 random bits about 48 differ; fewer than 15, once in some 10^12
  t.ok(Math.min(...distances) >= 15, `neighbours differ in ${Math.min(...distances)} bits at least`)
  t.ok(Math.max(...distances) <= 81)
})

t.test('tenants and users are the same in either case when they are GUIDs, and others are not', async (t) => {
  const app = await makeApp(t, { auth: fromHeader })
  const lower = as({ tenant, subject: user, scopes: ['Notes.ReadWrite'] })
  const upper = as({ tenant: tenant.toUpperCase(), subject: user.toUpperCase(), scopes: ['Notes.ReadWrite'] })
  t.equal((await app.inject({ method: 'POST', url: '/v1.0/me/onenote/operations', headers: upper, payload: { id: 'a' } })).statusCode, 201)
  t.equal((await app.inject({ url: `/v1.0/users/${user}/onenote/operations/a`, headers: lower })).statusCode, 200)
  const url = urls['calls/shared']
  t.equal((await app.inject({ method: 'POST', url, headers: callerOf('acme', url), payload: { id: 'a' } })).statusCode, 201)
  for (const other of ['Acme', 'ACME', 'acme.', 'acme%2fcalls', 'acm', 'acme,calls', "acme','calls"]) {
    t.equal((await app.inject({ url: `${url}/a`, headers: callerOf(other, url) })).statusCode, other.includes('%') ? 401 : 404, other)
  }
  t.equal(await app.operationStore.count({ tenant: 'acme', owner: 'calls/shared' }), 1)
  t.strictSame(await app.operationStore.list({ tenant: 'Acme', owner: 'calls/shared' }, everything, { limit: 10, skip: 0 }), [])
})
