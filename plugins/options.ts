import { hostErrors } from '../errors.js'
import type { Transitions } from '../operations/index.js'
import type { CollectionRow } from '../routes/collection.js'
import { toRows } from '../routes/collection.js'
import type { CollectionDefinition } from '../routes/collections.js'
import { collections as builtInCollections } from '../routes/collections.js'
import type { StructuredType } from '../schemas/definition.js'
import { findStructured } from '../schemas/definition.js'
import { builtInTypes } from '../schemas/index.js'
import type { OperationStore } from '../storage/store.js'
import type { AuthOptions } from './auth.js'

/** Options of the plugin. */
export interface GraphOperationsOptions extends AuthOptions {
  /** Where the routes are, such as `/v1.0`. */
  readonly prefix?: string
  /** Where operations are kept, unless the application is decorated with `operationStore` already. */
  readonly store?: OperationStore
  /** Collections beside the built-in ones. */
  readonly collections?: readonly CollectionDefinition[]
  /** Types that built-in or own collections may hold beside the declared ones: derived types of theirs. */
  readonly types?: readonly StructuredType[]
  /** `forward` (default): a status only moves on. `any`: it may follow any other. */
  readonly transitions?: Transitions
  /** The address links in answers begin with, such as `https://graph.example.com`; default: that of the request. */
  readonly baseUrl?: string
  /** PATCH and DELETE without `If-Match` are answered with 428; default `false`. `app.operations` is not affected. */
  readonly requireIfMatch?: boolean
  /** How long an update tries again while other processes write the same operation. Milliseconds, default 10,000. */
  readonly writeTimeoutMillis?: number
}

/** Options with their defaults, checked and frozen. */
export interface ResolvedOptions {
  readonly prefix: string
  readonly store: OperationStore | undefined
  readonly rows: readonly CollectionRow[]
  readonly types: readonly StructuredType[]
  readonly transitions: Transitions
  readonly baseUrl: string | undefined
  readonly requireIfMatch: boolean
  readonly writeTimeoutMillis: number
  readonly auth: AuthOptions['auth']
  readonly authorize: AuthOptions['authorize']
}

const known = ['prefix', 'store', 'collections', 'types', 'transitions', 'baseUrl', 'requireIfMatch', 'writeTimeoutMillis', 'auth', 'authorize'] satisfies Array<keyof GraphOperationsOptions>

/** What Fastify's register itself takes. @see Fastify, Plugin options */
const registerOptions = ['logLevel', 'logSerializers']

/** Insertions, deletions and replacements that make one word the other (Levenshtein). */
function distance (a: string, b: string): number {
  const at = (list: readonly number[], index: number): number => list[index] as number
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1]
    for (const [j, other] of Array.from(b).entries()) {
      next.push(Math.min(at(row, j) + (letter === other ? 0 : 1), at(row, j + 1) + 1, at(next, j) + 1))
    }
    row = next
  }
  return at(row, b.length)
}

function fail (problem: string): never {
  throw new hostErrors.OPS_ERR_OPTION(problem)
}

/** Options come from JavaScript too, whatever their types say. */
function isList (value: unknown): boolean {
  return Array.isArray(value)
}

function checkNames (options: object): void {
  for (const name of Object.keys(options)) {
    if ([...known, ...registerOptions].includes(name)) continue
    const [closest] = [...known].sort((a, b) => distance(name.toLowerCase(), a.toLowerCase()) - distance(name.toLowerCase(), b.toLowerCase()))
    fail(`there is no option "${name}"; did you mean "${String(closest)}"?`)
  }
}

/**
 * Checks the options of one registration.
 * @throws OPS_ERR_OPTION, OPS_ERR_COLLECTION
 */
export function resolveOptions (options: GraphOperationsOptions): ResolvedOptions {
  checkNames(options)
  const { prefix = '', store, collections = [], types = [], transitions = 'forward', baseUrl, requireIfMatch = false, writeTimeoutMillis = 10_000, auth, authorize } = options
  if (auth !== 'none' && typeof auth !== 'function') fail('"auth" is required: jwtAuth({ … }), a function that gives the principal of a request, or \'none\' to let everybody in')
  if (authorize !== undefined && typeof authorize !== 'function') fail('"authorize" must be a function')
  if (!/^(?:\/[\w.~:@!$&'()*+,;=-]+)*$/.test(prefix)) fail('"prefix" must be like /v1.0, of characters a URL may have, without a slash at its end')
  if (!isList(collections)) fail('"collections" must be a list')
  if (!isList(types) || !types.every((type) => findStructured(type) !== undefined)) fail('"types" must be a list of types made by extend()')
  if (!['forward', 'any'].includes(transitions)) fail('"transitions" must be \'forward\' or \'any\'')
  if (baseUrl !== undefined && !(/^https?:\/\/[\w.~:[\]-]+(?:\/[\w.~!$&'()*+,;=:@%-]+)*$/.test(baseUrl) && URL.canParse(baseUrl))) fail('"baseUrl" must be like https://graph.example.com, without a slash at its end')
  if (![true, false].includes(requireIfMatch)) fail('"requireIfMatch" must be true or false')
  if (!Number.isSafeInteger(writeTimeoutMillis) || writeTimeoutMillis < 1) fail('"writeTimeoutMillis" must be a whole number of at least 1')
  const rows = toRows([...builtInCollections, ...collections])
  return Object.freeze<ResolvedOptions>({
    prefix,
    store,
    rows,
    types: Object.freeze([...new Set([...builtInTypes, ...types, ...rows.map(({ type }) => type)])]),
    transitions,
    baseUrl,
    requireIfMatch,
    writeTimeoutMillis,
    auth,
    authorize
  })
}
