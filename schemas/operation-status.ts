import type { Static } from '@sinclair/typebox'
import { enumeration } from './definition.js'

/** microsoft.graph.operationStatus, the vocabulary both families share. */
export const OperationStatus = enumeration('microsoft.graph.operationStatus', {
  NotStarted: 0,
  Running: 1,
  Completed: 2,
  Failed: 3
}, { description: 'Where the operation stands. It moves forward only: NotStarted, Running, then Completed or Failed.' })
export type OperationStatus = Static<typeof OperationStatus>
