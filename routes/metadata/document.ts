import type { CsdlDocument } from '../../schemas/csdl/model.js'
import { toSchemas } from '../../schemas/csdl/types.js'
import type { Mount } from '../mount.js'
import { vocabularies } from './capabilities.js'
import { toPathSchema } from './paths.js'

/** The whole schema of a mount. `unsaid` are the paths of collections that an Entity Data Model has no words for. */
export function toDocument ({ rows, domain: { types }, requireIfMatch }: Pick<Mount, 'rows' | 'domain' | 'requireIfMatch'>): { document: CsdlDocument, unsaid: readonly string[] } {
  const schemas = toSchemas(types.all)
  const { schema, container, unsaid } = toPathSchema(rows.map(({ definition }) => definition), { types, requireIfMatch }, schemas.map(({ namespace }) => namespace))
  return { document: { vocabularies, container, schemas: [...schemas, schema] }, unsaid }
}
