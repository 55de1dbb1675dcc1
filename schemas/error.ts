import type { Static } from '@sinclair/typebox'
import { Type } from '@sinclair/typebox'

const ErrorDetail = Type.Object({
  code: Type.String({ description: 'The code of this one complaint.' }),
  message: Type.String({ description: 'The complaint in words.' }),
  target: Type.Optional(Type.String({ description: 'What is meant: a member path, a parameter or a header.' }))
})

/** The envelope of every error answer. @see OData JSON Format 4.01, 21.1 */
export const ErrorEnvelope = Type.Object({
  error: Type.Object({
    code: Type.String({ description: 'What to branch on.' }),
    message: Type.String({ description: 'What is wrong, for people.' }),
    target: Type.Optional(Type.String({ description: 'What is meant: a member path, a parameter or a header.' })),
    details: Type.Optional(Type.Array(ErrorDetail, { description: 'Every complaint, where there are several to tell apart.' })),
    innerError: Type.Object({
      date: Type.String({ description: 'When the error happened, UTC.' }),
      'request-id': Type.String({ description: 'The id of the request, to quote when asking about it.' }),
      'client-request-id': Type.String({ description: 'The id the client gave the request, else the request-id.' })
    }, { description: 'For finding the request in logs.' })
  }, { description: 'The complaint.' })
}, { description: 'What went wrong.' })
export type ErrorEnvelope = Static<typeof ErrorEnvelope>
