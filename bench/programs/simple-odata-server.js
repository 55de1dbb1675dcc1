import Datastore from 'nedb'
import { createServer } from 'node:http'
import ODataServer from 'simple-odata-server'
import Adapter from 'simple-odata-server-nedb'
import { announce } from './announce.js'

/* simple-odata-server over nedb in memory. */

const text = { type: 'Edm.String' }
const model = {
  namespace: 'bench',
  entityTypes: {
    OperationType: { _id: { type: 'Edm.String', key: true }, status: text, createdDateTime: text, lastActionDateTime: text, resourceLocation: text, percentComplete: text }
  },
  entitySets: { operations: { entityType: 'bench.OperationType' } }
}

const database = new Datastore({ inMemoryOnly: true })
const server = createServer((request, response) => odata.handle(request, response))
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const odata = ODataServer(`http://127.0.0.1:${server.address().port}`).model(model).adapter(Adapter((_entitySet, done) => done(null, database)))

announce({ port: server.address().port })
