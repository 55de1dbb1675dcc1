import { kill } from './kill.js'
import { testQuickly } from './quick.js'

testQuickly(kill, (t, { acknowledged, lost, twice, violations, unanswered }) => {
  t.strictSame([lost, twice, violations], [0, 0, 0])
  t.ok(acknowledged! >= 10_000, `${acknowledged} writes were acknowledged`)
  t.ok(unanswered! >= 20, `${unanswered} writes were cut off`)
}, ['postgres'])
