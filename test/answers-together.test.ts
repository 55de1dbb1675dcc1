import { connect } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Fastify from 'fastify'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { memoryStore, recommendedServerOptions } from '../index.js'
import type { OperationStore } from '../index.js'

const calls = '/v1.0/communications/calls/57/operations'

/** A store that answers later. */
const toLate = (store: OperationStore): OperationStore => ({
  ...store,
  find: async (key) => {
    await nextTurn()
    return await store.find(key)
  }
})

/**
 * Asks for `a`, `b` and so on in one write to one connection; what they were answered, and in which order answers were
 * ready and left.
 */
async function ask (t: Test, store: OperationStore, ids: readonly string[], header = 'x'): Promise<{ answers: string, events: string[] }> {
  const events: string[] = []
  const host = Fastify({ ...recommendedServerOptions })
  t.teardown(async () => { await host.close() })
  host.addHook('onRequest', (_request, { raw }, done) => {
    const writeHead = raw.writeHead.bind(raw)
    raw.writeHead = (status: number, ...headers: never[]) => {
      events.push(`${status} leaves`)
      return writeHead(status, ...headers)
    }
    done()
  })
  host.addHook('onSend', (request, reply, _payload, done) => {
    events.push('ready')
    if (request.url.endsWith('/b')) void reply.header('x-host', header)
    done()
  })
  await host.register(graphOperations, { prefix: '/v1.0', auth: 'none', store })
  for (const id of new Set(ids)) await host.inject({ method: 'POST', url: calls, payload: { id } })
  events.length = 0
  await host.listen({ port: 0, host: '127.0.0.1' })
  const { port } = host.server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  socket.write(ids.map((id, at) => `GET ${calls}/${id} HTTP/1.1\r\nHost: x\r\n${at === ids.length - 1 ? 'Connection: close\r\n' : ''}\r\n`).join(''))
  return { answers: await readText(socket), events }
}

const countAnswers = (answers: string, id: string): number => answers.split(`"id":"${id}"`).length - 1

t.test('answers of one turn of the event loop leave when all are ready, so many at most', async (t) => {
  const { answers, events } = await ask(t, memoryStore(), ['a', 'b', 'c'])
  t.strictSame(events, ['ready', 'ready', 'ready', '200 leaves', '200 leaves', '200 leaves'])
  for (const id of ['a', 'b', 'c']) t.equal(countAnswers(answers, id), 1, id)

  const { answers: many, events: order } = await ask(t, memoryStore(), Array.from({ length: 40 }, () => 'a'))
  t.equal(countAnswers(many, 'a'), 40)
  const runs = (event: string, count: number): string[] => Array.from({ length: count }, () => event)
  t.strictSame(order, [...runs('ready', 32), ...runs('200 leaves', 32), ...runs('ready', 8), ...runs('200 leaves', 8)])
})

t.test('an answer that comes later does not wait for others', async (t) => {
  const { answers, events } = await ask(t, toLate(memoryStore()), ['a', 'b', 'c'])
  t.strictSame(events, ['ready', '200 leaves', 'ready', '200 leaves', 'ready', '200 leaves'])
  for (const id of ['a', 'b', 'c']) t.equal(countAnswers(answers, id), 1, id)
})

t.test('an answer that cannot be sent is an error, as it is when none waits, and keeps no other from being sent', async (t) => {
  const together = await ask(t, memoryStore(), ['a', 'b', 'c'], 'two\nlines')
  for (const id of ['a', 'c']) t.equal(countAnswers(together.answers, id), 1, id)
  const toStatuses = (answers: string): string[] => Array.from(answers.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => status as string)
  t.strictSame(toStatuses(together.answers), ['200', '500', '200'])
  const later = await ask(t, toLate(memoryStore()), ['a', 'b', 'c'], 'two\nlines')
  t.strictSame(toStatuses(later.answers), ['200', '500', '200'])
  const toError = (answers: string): string | undefined => /\{[^{}]*Invalid character[^{}]*\}/.exec(answers)?.[0]
  t.ok(toError(together.answers))
  t.equal(toError(together.answers), toError(later.answers))
})
