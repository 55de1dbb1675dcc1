import { Type } from '@sinclair/typebox'
import type { SchemaOptions, TBoolean, TInteger, TNull, TSchema, TString, TUnion } from '@sinclair/typebox'

/** The most characters a text may have unless its property says otherwise. */
export const textLimit = 4096

/** Where a property's schema says that it does not change; not a constraint of its value. */
export const immutableKey = 'x-ms-mutability'

/** Edm.String, at most {@link textLimit} characters unless `maxLength` says otherwise. */
export function text (description: string, options: { maxLength?: number, examples?: string[] } = {}): TString {
  return Type.String({ maxLength: textLimit, ...options, description })
}

/** Edm.DateTimeOffset: kept as text, up to 7 fraction digits and the offset included. */
export function dateTimeOffset (description: string, options: { examples?: string[] } = {}): TString {
  return Type.String({ format: 'date-time', ...options, description })
}

/** Edm.Int32 */
export function int32 (description: string, options: { examples?: number[] } = {}): TInteger {
  return Type.Integer({ format: 'int32', minimum: -2147483648, maximum: 2147483647, ...options, description })
}

/** Edm.Boolean */
export function boolean (description: string): TBoolean {
  return Type.Boolean({ description })
}

/** The property may be null; without this it may not. */
export function nullable<T extends TSchema> (schema: T, options: SchemaOptions = {}): TUnion<[T, TNull]> {
  return Type.Union([schema, Type.Null()], options)
}

/** The schema with a description of the property that uses it. */
export function described<T extends TSchema> (schema: T, description: string, examples?: readonly unknown[]): T {
  return { ...schema, description, ...(examples && { examples }) }
}

/** Given at creation or by the service, ignored in an update. @see OData 4.01 Part 1, 11.4.3 */
export function immutable<T extends TSchema> (schema: T): T {
  return { ...schema, [immutableKey]: ['create', 'read'] }
}

export function isImmutable (schema: TSchema): boolean {
  return Object.hasOwn(schema, immutableKey)
}

/** A schema made by {@link nullable} without its null, any other one as it is. */
export function splitNullable (schema: TSchema): { value: TSchema, isNullable: boolean } {
  const members = schema['anyOf'] as TSchema[] | undefined ?? []
  const [value, ...more] = members.filter((member) => member['type'] !== 'null')
  if (value === undefined || more.length > 0 || members.length !== 2) return { value: schema, isNullable: false }
  return { value, isNullable: true }
}

/** What a property's schema says it is for. */
export function descriptionOf (schema: TSchema): string | undefined {
  return schema['description'] ?? splitNullable(schema).value['description']
}
