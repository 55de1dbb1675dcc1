import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifyInstance } from 'fastify'

type Json = Record<string, any>

/** What a documented route does, by the last part of its operationId. */
export type Verb = 'list' | 'create' | 'updateInCollection' | 'count' | 'get' | 'update' | 'remove' | 'token'

/** An answer as the document has it. */
export interface DocumentedAnswer {
  readonly mediaType: string | undefined
  readonly check: ValidateFunction | undefined
  /** Names in lower case. */
  readonly headers: readonly string[]
}

/** A route as the document has it. */
export interface DocumentedRoute {
  readonly verb: Verb
  readonly method: string
  /** `/v1.0`, and `''` for what is in no mount. */
  readonly mount: string
  /** The template of the collection below the mount. */
  readonly collection: string
  /** The whole template. */
  readonly template: string
  /** The type that the collection declares. */
  readonly declared: string
  readonly query: readonly string[]
  readonly headers: readonly string[]
  readonly answers: ReadonlyMap<number, DocumentedAnswer>
}

/** The document of a server, made ready. */
export interface Contract {
  readonly routes: readonly DocumentedRoute[]
  readonly schemas: Readonly<Record<string, Json>>
  /** Checks a representation of exactly this type, such as `microsoft.graph.recordOperation`. */
  readonly checkOf: (type: string) => ValidateFunction | undefined
  readonly checkError: ValidateFunction
  /** The route that a method and the path of a URL mean; HEAD means what GET does. */
  readonly find: (method: string, pathname: string) => DocumentedRoute | undefined
}

const origin = 'https://document.invalid/'
const errorComponent = 'microsoft.graph.ODataErrors.ODataError'

function toPointer (...segments: string[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')
}

/** A text of RFC 3339 with an offset and at most 7 fraction digits. */
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?(?:Z|[+-]\d\d:\d\d)$/

/** The segments of a template as a pattern; a parameter takes any segment that is not empty. */
function toPattern (template: string): RegExp {
  const escaped = template.split('/').map((segment) => /^\{\w+\}$/.test(segment) ? '[^/]+' : segment.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${escaped.join('/')}$`)
}

/** Reads what the server says of itself. */
export function readContract (app: FastifyInstance): Contract {
  const document = JSON.parse(JSON.stringify(app.swagger())) as Json
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: false })
  ajv.addFormat('date-time', dateTime).addFormat('int32', true)
  ajv.addSchema({ ...document, $id: origin })
  const compiled = new Map<string, ValidateFunction>()
  // most answers have one of a few schemas
  const compile = (schema: Json, pointer: string): ValidateFunction => {
    const key = JSON.stringify(schema)
    const known = compiled.get(key) ?? ajv.compile({ $ref: `${origin}#${pointer}` })
    compiled.set(key, known)
    return known
  }
  const schemas = document['components'].schemas as Record<string, Json>
  const checkOf = (type: string): ValidateFunction | undefined =>
    schemas[type] === undefined ? undefined : compile(schemas[type], toPointer('components', 'schemas', type))

  const routes = Object.entries(document['paths'] as Record<string, Record<string, Json>>).flatMap(([template, item]) =>
    Object.entries(item).map(([method, operation]): DocumentedRoute => {
      const [, mount = '', rest = ''] = /^(\/v1\.0|\/beta)?(.*)$/.exec(template) ?? []
      const named = (where: string): string[] => ((operation['parameters'] ?? []) as Json[]).filter((parameter) => parameter['in'] === where).map(({ name }) => name as string)
      return {
        verb: (operation['operationId'] as string).split('.').at(-1) as Verb,
        method: method.toUpperCase(),
        mount,
        collection: rest.replace(/\/(?:\{id\}|\$count)$/, ''),
        template,
        declared: `microsoft.graph.${String(operation['tags'][0])}`,
        query: named('query'),
        headers: named('header'),
        answers: new Map(Object.entries(operation['responses'] as Record<string, Json>).map(([status, { content = {}, headers = {} }]) => {
          const [mediaType] = Object.keys(content as Json)
          const schema = mediaType === undefined ? undefined : content[mediaType].schema as Json | undefined
          return [Number(status), {
            mediaType,
            check: schema && compile(schema, toPointer('paths', template, method, 'responses', status, 'content', String(mediaType), 'schema')),
            headers: Object.keys(headers as Json).map((name) => name.toLowerCase())
          }]
        }))
      }
    }))
  const patterns = routes.map((route) => ({ route, pattern: toPattern(route.template) }))
  return {
    routes,
    schemas,
    checkOf,
    checkError: checkOf(errorComponent)!,
    find (method, pathname) {
      // a segment that is written out comes before a parameter
      const [best] = patterns.filter(({ pattern }) => pattern.test(pathname)).map(({ route: { template } }) => template).sort((a, b) => a.split('{').length - b.split('{').length)
      return routes.find((route) => route.template === best && route.method === (method === 'HEAD' ? 'GET' : method))
    }
  }
}
