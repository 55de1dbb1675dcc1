import type { ClientErrorName } from '../../errors.js'
import { GraphError } from '../../errors.js'
import { definitionOf } from '../../schemas/definition.js'
import { ErrorEnvelope } from '../../schemas/error.js'
import { toComponents, toShortName } from '../../schemas/views/component.js'
import type { CollectionRow } from '../collection.js'
import { toEnvelope } from '../http/envelope.js'
import type { Mount } from '../mount.js'
import { toOpenApi30 } from './openapi-3.0.js'

type Json = Record<string, unknown>

/** The parts of an OpenAPI document that routes add to. */
export interface OpenApiDocument {
  readonly openapi?: string
  tags?: ReadonlyArray<{ readonly name: string, readonly description?: string }>
  components?: Partial<Components>
}

interface Components {
  readonly schemas: Json
  readonly examples?: Json
  readonly securitySchemes?: Json
}

/** @fastify/swagger makes the components and their schemas before it looks at routes. */
function componentsOf (document: OpenApiDocument): Components {
  return document.components as Components
}

export const errorComponent = 'microsoft.graph.ODataErrors.ODataError'
export const securityScheme = 'bearerAuth'

/** Documents group routes by the type. */
export function toTag ({ type }: CollectionRow): string {
  return toShortName(definitionOf(type).name)
}

/** The name of the component that shows an error. */
export function toExampleName (kind: ClientErrorName): string {
  return `error.${kind}`
}

const exampleId = '8a9e1f3c-5b7d-4c21-9e60-2f4b6d8a0c13'

function toErrorExample (kind: ClientErrorName): Json {
  const { error } = toEnvelope(new GraphError(kind), exampleId, exampleId)
  return { value: { error: { ...error, innerError: { ...error.innerError, date: '2026-01-31T09:30:00' } } } }
}

/** Adds the examples of the errors that a route answers with. */
export function addErrorExamples (document: OpenApiDocument, kinds: readonly ClientErrorName[]): void {
  const examples = Object.fromEntries(kinds.map((kind) => [toExampleName(kind), toErrorExample(kind)]))
  document.components = { ...document.components, examples: { ...componentsOf(document).examples, ...examples } }
}

/**
 * Adds to a document what the routes of a mount refer to. What the document says under other names
 * stays, and what the host passed to make it is not touched.
 */
export function addComponents (document: OpenApiDocument, mount: Mount): void {
  const types = new Set(mount.rows.map(({ type }) => type))
  const schemas = { ...toComponents(types, mount.domain.types), [errorComponent]: { ...ErrorEnvelope } as Json }
  const components = componentsOf(document)
  const { tags = [] } = document
  document.components = {
    ...components,
    schemas: Object.assign(components.schemas, document.openapi?.startsWith('3.0') === true ? toOpenApi30(schemas) : schemas),
    ...(mount.isGuarded && {
      securitySchemes: {
        [securityScheme]: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token whose permissions are named at each operation.' },
        ...components.securitySchemes
      }
    })
  }
  const missing = [...types].map((type) => ({ name: toShortName(definitionOf(type).name), description: type['description'] as string }))
    .filter(({ name }) => !tags.some((tag) => tag.name === name))
  document.tags = [...tags, ...missing]
}
