import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import type { Statement } from '../../storage/postgres/connections.js'
import { onceATurn } from '../../storage/postgres/once-a-turn.js'

const toStatement = (sql: string, ...parameters: Statement['parameters']): Statement => ({ sql, parameters })

t.test('what is the same in one turn is read once, at its end', async (t) => {
  const sent: Statement[] = []
  const read = onceATurn(async (statement) => {
    sent.push(statement)
    return sent.length
  })
  const answers = [read(toStatement('a', 't', 1)), read(toStatement('a', 't', 1))]
  await Promise.resolve()
  answers.push(read(toStatement('a', 't', 1)))
  t.strictSame(sent, [], 'nothing before the end of the turn')
  t.strictSame(await Promise.all(answers), [1, 1, 1])
  t.strictSame(sent, [toStatement('a', 't', 1)])
})

t.test('what differs in anything is another one', async (t) => {
  let sent = 0
  const read = onceATurn(async () => sent += 1)
  const statements = [
    toStatement('a', 't', 'o', 1), toStatement('b', 't', 'o', 1), toStatement('a', 'u', 'o', 1), toStatement('a', 't', 'p', 1), toStatement('a', 't', 'o', 2), toStatement('a', 't', 'o', '1'),
    toStatement('a', 't', 'o'), toStatement('a', 't', 'o', null), toStatement('a', 't,o', 1), toStatement('a', 't', '"o",1'), toStatement('["t","o",1]a', 't', 'o', 1), toStatement('a')
  ]
  t.strictSame(await Promise.all(statements.map(async (statement) => await read(statement))), statements.map((_, n) => n + 1))
})

t.test('who asks after it was sent has an answer of its own', async (t) => {
  const waiting: Array<(value: string) => void> = []
  const read = onceATurn(async () => await new Promise<string>((resolve) => { waiting.push(resolve) }))
  const first = read(toStatement('a'))
  await nextTurn()
  const second = read(toStatement('a'))
  await nextTurn()
  t.equal(waiting.length, 2)
  waiting[1]?.('second')
  waiting[0]?.('first')
  t.strictSame(await Promise.all([first, second]), ['first', 'second'])
})

t.test('an error is everybody\'s who asked, and nobody else\'s', async (t) => {
  let tries = 0
  const read = onceATurn(async ({ sql }) => {
    tries += 1
    if (sql === 'bad' && tries < 3) throw new Error('refused')
    return tries
  })
  const results = await Promise.allSettled([read(toStatement('bad')), read(toStatement('good')), read(toStatement('bad'))])
  t.match(results, [{ reason: { message: 'refused' } }, { value: 2 }, { reason: { message: 'refused' } }])
  t.equal(await read(toStatement('bad')), 3)
})
