import type { ClientErrorName } from '../../errors.js'
import { clientErrors } from '../../errors.js'
import { toParametersSchema } from '../../schemas/request.js'
import { nameOf } from '../../schemas/type-set.js'
import { toReference } from '../../schemas/views/component.js'
import { toExample } from '../../schemas/views/example.js'
import type { CollectionRow } from '../collection.js'
import type { Mount } from '../mount.js'
import { neededFor } from '../permission-table.js'
import type { OperationRoute, Success } from '../route.js'
import type { OpenApiDocument } from './components.js'
import { addComponents, addErrorExamples, errorComponent, securityScheme, toExampleName, toTag } from './components.js'
import { toQuerySchema } from './query-options.js'
import { commonHeaders, errorHeaders, requestHeaders, responseHeaders } from './headers.js'

type Json = Record<string, unknown>

function toPermissionsText ({ permissions }: CollectionRow, { action }: OperationRoute): string {
  const columns = [['delegated, work or school', permissions.delegated], ['delegated, personal', permissions.personal], ['application', permissions.application]] as const
  const lines = columns.map(([name, column]) => `- ${name}: ${column === undefined ? 'not supported' : column[neededFor[action]].join(', ')}`)
  return `Permissions, any one of them, from the least to the most privileged:\n${lines.join('\n')}`
}

function toBodySchema (row: CollectionRow, body: NonNullable<Success['body']>): Json {
  const entity = { $ref: toReference(nameOf(row.type), 'result') }
  const context = { type: 'string', description: 'Where the value is described.' }
  switch (body) {
    case 'entity': return entity
    case 'count': return { type: 'string', pattern: '^\\d+$' }
    case 'list': return {
      type: 'object',
      properties: {
        '@odata.context': context,
        '@odata.count': { type: 'integer', description: 'How many operations there are before paging; with `$count=true`, on the first page.' },
        value: { type: 'array', items: entity },
        '@odata.nextLink': { type: 'string', description: 'The URL of the next page; absent on the last one.' }
      },
      required: ['@odata.context', 'value']
    }
  }
}

function toSuccess (row: CollectionRow, { description, body, headers }: Success): Json {
  const all = { ...Object.fromEntries(headers.map((name) => [name, responseHeaders[name]])), ...commonHeaders }
  if (body === undefined) return { type: 'null', description, headers: all }
  const schema = toBodySchema(row, body)
  const entity = toExample(row.type, true)
  const example = { entity, count: '3', list: { '@odata.context': 'https://example.com/v1.0/$metadata#operations', value: [entity] } }[body]
  return { description, headers: all, content: { [body === 'count' ? 'text/plain' : 'application/json']: { schema, example } } }
}

function toFailure (kinds: readonly ClientErrorName[]): Json {
  const [first] = kinds as readonly [ClientErrorName]
  return {
    description: kinds.map((kind) => clientErrors[kind].description).join(' Or: '),
    headers: { ...errorHeaders[clientErrors[first].status], ...commonHeaders },
    content: {
      'application/json': {
        schema: { $ref: `#/components/schemas/${errorComponent}` },
        examples: Object.fromEntries(kinds.map((kind) => [kind, { $ref: `#/components/examples/${toExampleName(kind)}` }]))
      }
    }
  }
}

/** Every error a route answers with. */
function errorsOf ({ isGuarded, requireIfMatch }: Mount, { errors, method, successes }: OperationRoute): ClientErrorName[] {
  const isRepresented = successes.some(({ body }) => body !== undefined)
  const needsCondition = requireIfMatch && (method === 'PATCH' || method === 'DELETE')
  return [
    ...(isGuarded ? ['unauthenticated', 'accessDenied'] as const : []),
    ...errors,
    ...(isRepresented ? ['notAcceptable'] as const : []),
    ...(needsCondition ? ['preconditionRequired'] as const : []),
    'isolationNotSupported',
    'generalException',
    ...(method === 'GET' ? [] : ['outcomeUnknown', 'quotaLimitReached'] as const),
    'serviceNotAvailable'
  ]
}

function toResponses (mount: Mount, row: CollectionRow, route: OperationRoute): Json {
  const kinds = errorsOf(mount, route)
  const statuses = new Set(kinds.map((kind) => clientErrors[kind].status).sort((a, b) => a - b))
  return {
    ...Object.fromEntries(route.successes.map((success) => [success.status, toSuccess(row, success)])),
    ...Object.fromEntries([...statuses].map((status) => [status, toFailure(kinds.filter((kind) => clientErrors[kind].status === status))]))
  }
}

function toRouteSchema (mount: Mount, row: CollectionRow, withId: boolean, route: OperationRoute): Json {
  const names = [...route.requestHeaders, 'OData-MaxVersion', 'client-request-id'] as const
  return {
    operationId: [mount.name, row.stem, route.verb].filter((part) => part !== '').join('.'),
    tags: [toTag(row)],
    summary: route.summary,
    description: `${route.description}\n\n${mount.isGuarded ? toPermissionsText(row, route) : ''}`.trim(),
    ...((row.parameters.length > 0 || withId) && { params: toParametersSchema(row.parameters, withId) }),
    ...(route.query && { querystring: toQuerySchema(route.query) }),
    ...(route.body && { body: { $ref: toReference(nameOf(row.type), route.body) } }),
    headers: {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, requestHeaders[name]]))
    },
    response: toResponses(mount, row, route),
    ...(mount.isGuarded && { security: [{ [securityScheme]: [] }] })
  }
}

/** What @fastify/swagger hands to a route that documents itself. */
interface TransformInput {
  readonly url: string
  readonly openapiObject?: OpenApiDocument
}

type Transform = (input: TransformInput) => { schema: Json, url: string }

/**
 * Makes the parts that a mount's routes have in the host's document. Swagger 2.0 cannot say what the
 * contract says, so there the routes stay out.
 * @see @fastify/swagger, `config.swaggerTransform`
 */
export function makeDocumenter (mount: Mount): (row: CollectionRow, withId: boolean, route: OperationRoute) => Transform {
  const withComponents = new WeakSet<OpenApiDocument>()
  return (row, withId, route) => ({ url, openapiObject }) => {
    if (openapiObject === undefined) return { schema: { hide: true }, url }
    if (!withComponents.has(openapiObject)) addComponents(openapiObject, mount)
    withComponents.add(openapiObject)
    addErrorExamples(openapiObject, errorsOf(mount, route))
    return { schema: toRouteSchema(mount, row, withId, route), url }
  }
}
