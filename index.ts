import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { authPlugin, makeGuard } from './plugins/auth.js'
import { contractPlugin } from './plugins/contract.js'
import { openapiPlugin } from './plugins/openapi.js'
import { domainOf, operationsPlugin } from './plugins/operations.js'
import type { GraphOperationsOptions } from './plugins/options.js'
import { resolveOptions } from './plugins/options.js'
import { storagePlugin } from './plugins/storage.js'
import { makeSkipTokens } from './odata/skip-token.js'
import { registerRoutes } from './routes/index.js'
import { checkParameterLength } from './plugins/parameter-length.js'

export { channels } from './channels.js'
export type { CommitBatch, StatusTaken, StoreCall, StoreMethod } from './channels.js'
export { clientErrors, GraphError, hostErrors, invalidRequest } from './errors.js'
export type { ClientErrorName, GraphErrorDetail } from './errors.js'
export type { Operation as StoredOperation, OperationDoors, UpdateOptions, WriteOptions } from './operations/doors.js'
export type { Transitions } from './operations/index.js'
export type { Authenticate } from './plugins/auth.js'
// these declare what the application is decorated with
export type {} from './plugins/operations.js'
export type {} from './plugins/storage.js'
export { jwtAuth } from './plugins/jwt-auth.js'
export type { JwtAuthOptions } from './plugins/jwt-auth.js'
export type { ClaimNames } from './plugins/jwt/claims.js'
export type { GraphOperationsOptions } from './plugins/options.js'
export { logSerializers } from './plugins/request-log.js'
export { graphErrorHandler, graphNotFoundHandler, recommendedServerOptions } from './plugins/server-options.js'
export type { Authorize } from './plugins/permissions.js'
export { collections } from './routes/collections.js'
export type { CollectionDefinition, PermissionColumn, Permissions } from './routes/collections.js'
export type { Action } from './routes/mount.js'
export * from './schemas/index.js'
export { memoryStore } from './storage/memory/index.js'
export type { MemoryStoreOptions } from './storage/memory/index.js'
export { postgresStore } from './storage/postgres/index.js'
export type { PostgresStoreOptions } from './storage/postgres/index.js'
export { backupSqlite } from './storage/sqlite/backup.js'
export type { SqliteBackupOptions } from './storage/sqlite/backup.js'
export { sqliteStore } from './storage/sqlite/index.js'
export type { SqliteStoreOptions } from './storage/sqlite/index.js'
export { OutcomeUnknownError, ScanLimitError, StoreFullError, StoreUnavailableError } from './storage/store.js'
export type * from './storage/store.js'

/**
 * Gives an application the Microsoft Graph operations resource below `prefix`.
 *
 * Decorates the application with `operationStore` and `operations`; everything else stays in a scope of
 * its own. It may be registered several times: the mounts share the store.
 * @throws OPS_ERR_OPTION, OPS_ERR_COLLECTION, OPS_ERR_STORE_MISSING, OPS_ERR_STORE_DIFFERS,
 * OPS_ERR_STORE_INCOMPLETE, OPS_ERR_MOUNTS_DIFFER while the application starts
 */
const graphOperations = fp(async (app: FastifyInstance, given: GraphOperationsOptions) => {
  const options = resolveOptions(given)
  const { prefix, rows, baseUrl, requireIfMatch, auth } = options
  await app.register(storagePlugin, options)
  await app.register(operationsPlugin, options)
  await app.register(openapiPlugin)
  checkParameterLength(app)
  const domain = domainOf(app)
  await app.register(async (scope) => {
    await scope.register(contractPlugin)
    await scope.register(authPlugin)
    // with the prefixes of the scopes around it: what clients see
    const { prefix: seen } = scope
    registerRoutes(scope, {
      prefix: seen, hasRoot: prefix !== '', name: seen.slice(1).replaceAll('/', '.').replaceAll(':', ''), rows, domain, skipTokens: makeSkipTokens(app.operationStore.secret), baseUrl, requireIfMatch, isGuarded: auth !== 'none', ...makeGuard(options)
    })
  }, { prefix })
}, { name: 'fastify-graph-operations', fastify: '5.x' })

export default graphOperations
export { graphOperations }
