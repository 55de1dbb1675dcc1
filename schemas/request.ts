import { Type } from '@sinclair/typebox'
import type { TObject, TProperties, TString } from '@sinclair/typebox'
import { operationIdPattern } from './operation-id.js'
import { ownerIdPattern } from './owner-id.js'

/** The path parameters of a collection, and of an operation in it. */
export function toParametersSchema (parameters: ReadonlyArray<{ readonly name: string, readonly of: string }>, withId: boolean): TObject {
  const members: Record<string, TString> = {}
  for (const { name, of } of parameters) members[name] = Type.String({ pattern: ownerIdPattern, description: `The key of one of the ${of}.` })
  if (withId) members['id'] = Type.String({ pattern: operationIdPattern, description: 'The key of the operation.' })
  return Type.Object(members satisfies TProperties)
}
