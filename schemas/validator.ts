import type { TSchema } from '@sinclair/typebox'
import type { ErrorObject } from 'ajv'
import { Ajv } from 'ajv'
import { isDateTimeOffset } from './date-time.js'

/** One thing that is wrong with a value. */
export interface Issue {
  /** Where: member names joined with `/`, as OData writes a path; empty for the value itself. */
  readonly target: string
  readonly message: string
}

/** The issues of a value; none when it follows the schema. */
export type Validator = (value: unknown) => readonly Issue[]

function toList (values: readonly unknown[]): string {
  const words = values.map((value) => typeof value === 'string' ? value : JSON.stringify(value))
  return [words.slice(0, -1).join(', '), words.at(-1)].filter((part) => part !== '').join(' or ')
}

function toPhrase ({ keyword, params, parentSchema, message }: ErrorObject): string {
  const given = params as Record<string, unknown>
  const schema = parentSchema as { enum: readonly unknown[], pattern: string }
  switch (keyword) {
    case 'additionalProperties': return 'is not a property of this type'
    case 'required': return 'is required'
    case 'enum': return `must be one of ${toList(schema.enum)}`
    case 'type': return `must be of type ${toList([given['type']].flat())}`
    case 'format': return 'must be a date-time with seconds, an offset and at most 7 fraction digits, such as 2016-12-31T23:57:13.8078619+03:00'
    case 'maxLength': return `must have at most ${String(given['limit'])} characters`
    case 'pattern': return `must match ${schema.pattern}`
    case 'minimum': return `must be at least ${String(given['limit'])}`
    case 'maximum': return `must be at most ${String(given['limit'])}`
    case 'anyOf': return 'must be one of the shapes that the types of this collection declare'
    default: return String(message)
  }
}

const unescape = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~')

function toIssue (error: ErrorObject): Issue {
  const params = error.params as Record<string, unknown>
  const member = params['additionalProperty'] ?? params['missingProperty']
  const path = error.instancePath.split('/').slice(1).map(unescape)
  const target = [...path, ...(typeof member === 'string' ? [member] : [])].join('/')
  return { target, message: `${target === '' ? 'the value' : `"${target}"`} ${toPhrase(error)}` }
}

/** An error of one alternative says nothing beside that of the whole choice. */
function isReported (error: ErrorObject, _index: number, all: readonly ErrorObject[]): boolean {
  if (/\/anyOf\/\d+\//.test(error.schemaPath)) return false
  // the names of an enumeration say more than that they are text
  return error.keyword !== 'type' || !all.some(({ keyword, instancePath }) => keyword === 'enum' && instancePath === error.instancePath)
}

/** Of a value with more elements than this only the first issue is found: each one costs time, and a few are read. */
const elementLimit = 1_000

function hasMoreElements (value: unknown, limit: number): boolean {
  const open = [value]
  for (let count = 0; open.length > 0; count += 1) {
    if (count + open.length > limit) return true
    const next = open.pop()
    if (typeof next !== 'object' || next === null) continue
    for (const member of Object.values(next)) open.push(member)
  }
  return false
}

const none: readonly Issue[] = Object.freeze([])

function makeAjv (allErrors: boolean): Ajv {
  const ajv = new Ajv({ allErrors, verbose: true, strict: true, allowUnionTypes: true, strictTypes: false, validateFormats: true })
  ajv.addFormat('date-time', isDateTimeOffset).addFormat('int32', true)
  return ajv
}

const [all, first] = [makeAjv(true), makeAjv(false)]

/** Compiled schemas by their text: the applications of a process, and the mounts of each, have most of them in common. */
const compiled = new Map<string, Validator>()

/** So that a process that makes applications with ever new types does not keep all of them. */
const compiledLimit = 1_000

/** Most values follow their schema: only one that does not is looked at for everything that is wrong with it. */
function makeValidator (schema: TSchema): Validator {
  const follows = first.compile(schema)
  return (value) => {
    if (follows(value)) return none
    const check = hasMoreElements(value, elementLimit) ? follows : all.compile(schema)
    check(value)
    return (check.errors as ErrorObject[]).filter(isReported).map(toIssue)
  }
}

/**
 * A compiler for the contract's schemas that checks and never changes: nothing is coerced, removed or
 * defaulted, whatever the host's own Ajv does. A schema is compiled once.
 */
export function compile (schema: TSchema): Validator {
  const text = JSON.stringify(schema)
  const known = compiled.get(text)
  if (known !== undefined) return known
  if (compiled.size >= compiledLimit) {
    compiled.clear()
    for (const ajv of [all, first]) ajv.removeSchema()
  }
  const validator = makeValidator(schema)
  compiled.set(text, validator)
  return validator
}
