import type { Static } from '@sinclair/typebox'
import { complex, extend } from './definition.js'
import { Entity } from './entity.js'
import { OperationStatus } from './operation-status.js'
import { described, int32, nullable, text } from './primitives.js'

/** microsoft.graph.resultInfo, called ResultInfo by documents older than November 2020. */
export const ResultInfo = complex('microsoft.graph.resultInfo', {
  code: int32('The class of the outcome, like an HTTP status: 2xx success, 4xx the caller\'s mistake, 5xx the service\'s.', { examples: [200] }),
  subcode: int32('The reason within the class.', { examples: [0] }),
  message: nullable(text('The outcome in words.'))
}, { description: 'The outcome of a communications operation.' })
export type ResultInfo = Static<typeof ResultInfo>

/** microsoft.graph.commsOperation: open, and derived from entity, not from operation. */
export const CommsOperation = extend(Entity, 'microsoft.graph.commsOperation', {
  clientContext: nullable(text('Correlation text chosen by the caller and echoed back.', { maxLength: 256, examples: ['d45324c1-fcb5-430a-902c-f20af696537c'] })),
  resultInfo: nullable(ResultInfo, { description: 'The outcome; null until the operation is finished.' }),
  status: described(OperationStatus, 'Where the operation stands. NotStarted unless the create gives it.', ['Completed'])
}, { open: true, description: 'The state of a long-running operation on a call.' })
export type CommsOperation = Static<typeof CommsOperation>
