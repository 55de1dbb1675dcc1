import type { Static } from '@sinclair/typebox'
import { extend } from './definition.js'
import { Entity } from './entity.js'
import { OperationStatus } from './operation-status.js'
import { dateTimeOffset, immutable, nullable } from './primitives.js'

/** microsoft.graph.operation */
export const Operation = extend(Entity, 'microsoft.graph.operation', {
  createdDateTime: immutable(nullable(dateTimeOffset('When the operation was started. Set by the service unless the create gives it.', { examples: ['2016-12-31T23:57:10.8757278+03:00'] }))),
  lastActionDateTime: nullable(dateTimeOffset('When the state of the operation last changed. Set by the service unless the request gives it.', { examples: ['2016-12-31T23:57:13.8078619+03:00'] })),
  status: nullable(OperationStatus, { description: 'Where the operation stands.', examples: ['Running'] })
}, { description: 'Long-running work that reports its state.' })
export type Operation = Static<typeof Operation>
