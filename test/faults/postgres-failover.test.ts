import t from 'tap'
import { postgresFailover } from './postgres-failover.js'
import { findFault, testOutages } from './quick.js'

testOutages(postgresFailover)

t.test('a primary that acknowledges what its standby does not have is found out', async (t) => {
  const { figures, message } = await findFault(t, postgresFailover, 'postgres that does not wait for its standby', 6)
  t.ok(figures['lost']! + figures['violations']! > 0)
  t.match(message, /--seed=1\n(?:lost: calls\/\d\/operation-|write \d+ was acknowledged while there was no database)/)
})
