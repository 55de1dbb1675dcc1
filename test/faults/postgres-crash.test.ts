import t from 'tap'
import { postgresCrash } from './postgres-crash.js'
import { findFault, testOutages } from './quick.js'

testOutages(postgresCrash)

t.test('a database that acknowledges what its disk does not have is found out', async (t) => {
  const { figures, message } = await findFault(t, postgresCrash, 'postgres that does not wait for its disk', 20)
  t.ok(figures['lost']! > 0)
  t.match(message, /--seed=1\nlost: calls\/\d\/operation-/)
})
