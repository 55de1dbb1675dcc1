import t from 'tap'
import { postgresCrash } from './postgres-crash.js'
import { findFault, testQuickly } from './quick.js'

testQuickly(postgresCrash, (t, figures) => {
  const { acknowledged, lost, twice, violations } = figures
  t.strictSame([lost, twice, violations], [0, 0, 0])
  t.ok(acknowledged! >= postgresCrash.quick * 300, `${acknowledged} writes were acknowledged`)
  t.ok(figures['answered 503']! >= postgresCrash.quick, 'clients met the crashes')
})

t.test('a database that acknowledges what its disk does not have is found out', async (t) => {
  const { figures, message } = await findFault(t, postgresCrash, 'postgres that does not wait for its disk', 20)
  t.ok(figures['lost']! > 0)
  t.match(message, /--seed=1\nlost: calls\/\d\/operation-/)
})
