import t from 'tap'
import { kill } from './kill.js'
import { findFault, testQuickly } from './quick.js'

testQuickly(kill, (t, { acknowledged, lost, twice, violations, unanswered }) => {
  t.strictSame([lost, twice, violations], [0, 0, 0])
  t.ok(acknowledged! >= 10_000, `${acknowledged} writes were acknowledged`)
  t.ok(unanswered! >= 20, `${unanswered} writes were cut off`)
}, ['sqlite'])

t.test('a store that acknowledges before it commits is found out', async (t) => {
  const { figures, message } = await findFault(t, kill, 'sqlite that commits late', 10)
  t.ok(figures['lost']! > 0)
  t.match(message, /--seed=1\nlost: calls\/\d\/operation-/)
})
