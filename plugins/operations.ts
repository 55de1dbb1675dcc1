import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { hostErrors } from '../errors.js'
import type { OperationDoors } from '../operations/doors.js'
import { makeDoors } from '../operations/doors.js'
import type { Domain, Transitions } from '../operations/index.js'
import { makeDomain } from '../operations/index.js'
import type { CollectionRow } from '../routes/collection.js'
import type { StructuredType } from '../schemas/definition.js'
import { makeTypeSet } from '../schemas/type-set.js'
import { tracingPlugin } from './tracing.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** The operations for the host's own code: every rule of the routes holds. */
    operations: OperationDoors
    [shared]: Shared
  }
}

/** What the mounts of one application share. */
interface Shared {
  readonly domain: Domain
  readonly options: OperationsPluginOptions
}

const shared: unique symbol = Symbol('fastify-graph-operations shared')

export interface OperationsPluginOptions {
  readonly rows: readonly CollectionRow[]
  readonly types: readonly StructuredType[]
  readonly transitions: Transitions
  readonly writeTimeoutMillis: number
}

function isSame (a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b
  return a.length === b.length && a.every((item, index) => item === b[index])
}

/** The host passes rows as data, so two mounts have equal rows and not the same ones. */
function toComparable ({ rows, types, transitions, writeTimeoutMillis }: OperationsPluginOptions): Record<string, unknown> {
  return { types, transitions, writeTimeoutMillis, collections: rows.flatMap(({ definition: { path, owner, type } }) => [path, owner, type]) }
}

function checkSame (first: OperationsPluginOptions, second: OperationsPluginOptions): void {
  const expected = toComparable(first)
  for (const [option, value] of Object.entries(toComparable(second))) {
    if (!isSame(expected[option], value)) throw new hostErrors.OPS_ERR_MOUNTS_DIFFER(option)
  }
}

/**
 * `app.operations`, over `app.operationStore`.
 * @throws OPS_ERR_MOUNTS_DIFFER
 */
export const operationsPlugin = fp(async (app: FastifyInstance, options: OperationsPluginOptions) => {
  if (app.hasDecorator(shared)) {
    checkSame(app[shared].options, options)
    return
  }
  const { rows, types, transitions, writeTimeoutMillis } = options
  const domain = makeDomain({ store: app.operationStore, types: makeTypeSet(types), transitions, writeTimeoutMillis })
  app.decorate(shared, { domain, options })
  app.decorate('operations', makeDoors(domain, (owner) => rows.find((row) => row.ownsOwner(owner))?.type))
  await app.register(tracingPlugin)
}, { name: 'fastify-graph-operations-domain', dependencies: ['fastify-graph-operations-storage'] })

/** The domain of the application, for the mounts. */
export function domainOf (app: FastifyInstance): Domain {
  return app[shared].domain
}
