import Datastore from 'nedb'
import ODataServer from 'simple-odata-server'
import Adapter from 'simple-odata-server-nedb'
import { announce, serve } from './announce.js'

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
const port = await serve((request, response) => odata.handle(request, response))
const odata = ODataServer(`http://127.0.0.1:${port}`).model(model).adapter(Adapter((_entitySet, done) => done(null, database)))

announce({ port })
