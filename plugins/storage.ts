import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { hostErrors } from '../errors.js'
import type { OperationStore } from '../storage/store.js'
import { storeMethods } from '../storage/store.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Where operations are kept. */
    operationStore: OperationStore
  }
}

function checkStore (store: OperationStore): void {
  const missing = storeMethods.find((method) => typeof store[method] !== 'function')
  if (missing !== undefined) throw new hostErrors.OPS_ERR_STORE_INCOMPLETE(missing)
}

/**
 * `app.operationStore`: the store passed as an option, which is closed with the application, or the one
 * the host decorated the application with itself, which stays the host's to close.
 * @throws OPS_ERR_STORE_MISSING, OPS_ERR_STORE_DIFFERS, OPS_ERR_STORE_INCOMPLETE
 */
export const storagePlugin = fp(async (app: FastifyInstance, { store }: { store?: OperationStore | undefined }) => {
  const decorated = app.hasDecorator('operationStore') ? app.operationStore : undefined
  const chosen = store ?? decorated
  if (chosen === undefined) throw new hostErrors.OPS_ERR_STORE_MISSING()
  if (decorated !== undefined && decorated !== chosen) throw new hostErrors.OPS_ERR_STORE_DIFFERS()
  checkStore(chosen)
  if (decorated !== undefined) return
  app.decorate('operationStore', chosen)
  app.addHook('onClose', async () => { await chosen.close() })
}, { name: 'fastify-graph-operations-storage' })
