import type { TSchema } from '@sinclair/typebox'
import type { Issue } from '../schemas/validator.js'
import { invalidRequest } from '../errors.js'
import type { StructuredType } from '../schemas/definition.js'
import { declaredProperties, definitionOf, findStructured, typeMember } from '../schemas/definition.js'
import { splitNullable, textLimit } from '../schemas/primitives.js'
import type { TypeSet } from '../schemas/type-set.js'
import { descendsFrom, nameOf, typeNameKey } from '../schemas/type-set.js'
import type { Family } from '../schemas/views/family.js'

/** A body with its control information, enumeration names and dynamic members brought to one spelling. */
export type Payload = Readonly<Record<string, unknown>> & { readonly '@odata.type'?: string }

/** Levels of objects and arrays that a body may have. */
export const depthLimit = 32

/** How a dynamic property may be called. @see OData CSDL 4.01, 15.2 */
const dynamicName = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]{0,127}$/
const annotatedTypeName = /^#?[\w.()]{1,256}$/

type Reader = (value: unknown, path: string, issues: Issue[]) => unknown

export function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDeeper (value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1))
}

/** @throws invalidRequest when `value` is nested deeper than {@link depthLimit}. */
export function checkDepth (value: unknown): void {
  if (isDeeper(value, depthLimit)) throw invalidRequest([{ target: '', message: `the body must have at most ${depthLimit} levels` }])
}

/** U+0000 and lone surrogates do not survive every store. @see RFC 8259, 8.2 */
function checkText (text: string, path: string, issues: Issue[]): void {
  if (text.includes('\0') || !text.isWellFormed()) issues.push({ target: path, message: `"${path}" must not contain U+0000 or half a surrogate pair` })
}

const readText: Reader = (value, path, issues) => {
  if (typeof value === 'string') checkText(value, path, issues)
  return value
}

/** An enumeration name in any case becomes the exact one. */
function enumReader (names: readonly string[]): Reader {
  const exact = new Map(names.map((name) => [name.toLowerCase(), name]))
  return (value) => typeof value === 'string' ? exact.get(value.toLowerCase()) ?? value : value
}

function arrayReader (item: Reader): Reader {
  return (value, path, issues) => Array.isArray(value) ? value.map((member, index) => item(member, `${path}/${index}`, issues)) : value
}

/** `odata.` may be left out of a control name. @see OData JSON Format 4.01, 4.5 */
function controlName (name: string): string {
  return name.startsWith('odata.') ? name.slice('odata.'.length) : name
}

function checkTypeName (value: unknown, path: string, issues: Issue[]): void {
  if (typeof value !== 'string' || !annotatedTypeName.test(value)) issues.push({ target: path, message: `"${path}" must be a type name` })
}

interface ObjectRules {
  readonly properties: ReadonlyMap<string, Reader>
  readonly open: boolean
  readonly readType: Reader
}

/** One object: annotations are understood or left out, declared members read by their type, others as they are. */
function objectReader ({ properties, open, readType }: ObjectRules): Reader {
  const readAnnotation = (name: string, value: unknown, path: string, issues: Issue[], into: Record<string, unknown>): void => {
    const at = name.indexOf('@')
    const subject = name.slice(0, at)
    const control = controlName(name.slice(at + 1))
    if (control === 'removed' && subject === '') issues.push({ target: `${path}${name}`, message: `"${path}${name}" belongs to a delta payload` })
    if (control !== 'type') return
    if (subject === '') {
      into[typeMember] = readType(value, `${path}${typeMember}`, issues)
    } else if (open && !properties.has(subject) && dynamicName.test(subject)) {
      checkTypeName(value, `${path}${name}`, issues)
      into[`${subject}@odata.type`] = value
    }
  }
  return (value, path, issues) => {
    if (!isObject(value)) return value
    const prefix = path === '' ? '' : `${path}/`
    const members: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(value)) {
      // what JSON leaves out is absent for callers in code too
      if (member === undefined) continue
      const read = properties.get(name)
      if (read !== undefined) {
        members[name] = read(member, prefix + name, issues)
      } else if (name.includes('@')) {
        readAnnotation(name, member, prefix, issues, members)
      } else if (!open) {
        issues.push({ target: prefix + name, message: `"${prefix}${name}" is not a property of this type` })
      } else if (!dynamicName.test(name)) {
        issues.push({ target: prefix + name, message: `"${prefix}${name}" cannot be a dynamic property: its name must match ${dynamicName.source}` })
      } else {
        members[name] = readDynamic(member, prefix + name, issues)
      }
    }
    return members
  }
}

const dynamicObject = objectReader({
  properties: new Map(),
  open: true,
  readType (value, path, issues) {
    checkTypeName(value, path, issues)
    return value
  }
})

/** Whether JSON has such a value; callers in code may pass others. */
function isJson (value: unknown): boolean {
  if (isObject(value)) return [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)
  return value === null || ['string', 'number', 'boolean', 'object'].includes(typeof value)
}

function readDynamic (value: unknown, path: string, issues: Issue[]): unknown {
  if (!isJson(value)) issues.push({ target: path, message: `"${path}" is not a value of JSON` })
  if (Array.isArray(value)) return value.map((member, index) => readDynamic(member, `${path}/${index}`, issues))
  if (typeof value === 'string' && value.length > textLimit && Array.from(value).length > textLimit) issues.push({ target: path, message: `"${path}" must have at most ${textLimit} characters` })
  if (typeof value === 'number' && !Number.isFinite(value)) issues.push({ target: path, message: `"${path}" is too large a number` })
  return isObject(value) ? dynamicObject(value, path, issues) : readText(value, path, issues)
}

/** The type of a complex value is fixed by its property; both spellings of it are taken, and written one way. */
function complexReader (type: StructuredType): Reader {
  return objectReader({
    properties: new Map(declaredProperties(type).map(([name, schema]) => [name, valueReader(schema)])),
    open: definitionOf(type).open,
    readType (value, path, issues) {
      if (typeof value !== 'string' || typeNameKey(value) !== typeNameKey(nameOf(type))) issues.push({ target: path, message: `"${path}" must be #${nameOf(type)}` })
      return `#${nameOf(type)}`
    }
  })
}

/** Reads with each reader, and keeps the first reading without an issue, else the first one. */
function firstFit (readers: readonly Reader[]): Reader {
  return (value, path, issues) => {
    const tries = readers.map((read) => {
      const found: Issue[] = []
      return { members: read(value, path, found), found }
    })
    const best = tries.find(({ found }) => found.length === 0) ?? tries[0]
    issues.push(...best?.found ?? [])
    return best === undefined ? value : best.members
  }
}

/** A property that derived types declare in different ways: the kind of the value says which ones are meant. */
function choiceReader (alternatives: readonly TSchema[]): Reader {
  const names = alternatives.flatMap((schema) => schema['enum'] as string[] | undefined ?? [])
  const readName = enumReader(names)
  const readList = firstFit(alternatives.filter((schema) => schema['type'] === 'array').map(valueReader))
  const readComplex = firstFit(alternatives.filter((schema) => findStructured(schema) !== undefined).map(valueReader))
  return (value, path, issues) => {
    if (Array.isArray(value)) return readList(value, path, issues)
    if (isObject(value)) return readComplex(value, path, issues)
    return readName(readText(value, path, issues), path, issues)
  }
}

function valueReader (schema: TSchema): Reader {
  const { value } = splitNullable(schema)
  const structured = findStructured(value)
  if (structured !== undefined) return complexReader(structured)
  if (value['enum'] !== undefined) return enumReader(value['enum'] as string[])
  if (value['type'] === 'array') return arrayReader(valueReader(value['items'] as TSchema))
  const alternatives = value['anyOf'] as TSchema[] | undefined
  return alternatives === undefined ? readText : choiceReader(alternatives)
}

/**
 * A reader for the bodies of one collection.
 * `@odata.type` may name the declared type, one of its bases or one below it; what it means for the
 * operation at hand is decided where the operation is known.
 * @throws invalidRequest with every issue found.
 */
export function makePayloadReader (family: Family, types: TypeSet): (body: unknown) => Payload {
  const read = objectReader({
    properties: new Map([...family.properties].map(([name, schema]) => [name, valueReader(schema)])),
    open: family.open,
    readType (value, path, issues) {
      const named = typeof value === 'string' ? types.find(value) : undefined
      if (named !== undefined && (descendsFrom(named, family.type) || descendsFrom(family.type, named))) return `#${nameOf(named)}`
      issues.push({ target: path, message: `"${path}" must be #${nameOf(family.type)} or a type derived from it` })
      return value
    }
  })
  return (body) => {
    if (!isObject(body)) throw invalidRequest([{ target: '', message: 'the body must be a JSON object' }])
    checkDepth(body)
    const issues: Issue[] = []
    const payload = read(body, '', issues)
    if (issues.length > 0) throw invalidRequest(issues)
    return payload as Payload
  }
}
