import type { Static } from '@sinclair/typebox'
import { Type } from '@sinclair/typebox'
import { entity } from './definition.js'
import { operationIdPattern } from './operation-id.js'
import { immutable } from './primitives.js'

/** microsoft.graph.entity: the trunk both families share. */
export const Entity = entity('microsoft.graph.entity', {
  id: immutable(Type.String({
    pattern: operationIdPattern,
    maxLength: 128,
    description: 'The key of the operation within its collection. Chosen by the service unless the create gives one.',
    examples: ['2291d582-d582-2291-82d5-912282d59122']
  }))
}, { abstract: true, description: 'The base of every entity: something with a key.' })
export type Entity = Static<typeof Entity>
