import type { Static } from '@sinclair/typebox'
import { complex, extend } from './definition.js'
import { Operation } from './operation.js'
import { nullable, text } from './primitives.js'

/** microsoft.graph.onenoteOperationError */
export const OnenoteOperationError = complex('microsoft.graph.onenoteOperationError', {
  code: nullable(text('The error code, for programs.')),
  message: nullable(text('What went wrong, for people.'))
}, { description: 'Why a OneNote operation failed.' })
export type OnenoteOperationError = Static<typeof OnenoteOperationError>

/** microsoft.graph.onenoteOperation */
export const OnenoteOperation = extend(Operation, 'microsoft.graph.onenoteOperation', {
  error: nullable(OnenoteOperationError, { description: 'Why the operation failed; null unless status is Failed.' }),
  percentComplete: nullable(text('Progress as text, meaningful while status is Running.', { examples: ['40'] })),
  resourceId: nullable(text('The id of what the operation produced, once status is Completed.')),
  resourceLocation: nullable(text('The URL of what the operation produced, once status is Completed.'))
}, { description: 'The state of a long-running OneNote operation, such as copying a notebook, section or page.' })
export type OnenoteOperation = Static<typeof OnenoteOperation>
