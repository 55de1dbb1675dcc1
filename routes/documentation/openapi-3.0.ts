type Json = Record<string, unknown>

function isJson (value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * OpenAPI 3.0 has no null type: what may be null says `nullable`. It has one example, and nothing beside a `$ref`.
 * @see OpenAPI 3.0.3, 4.7.24
 */
function toSchema30 (schema: Json): Json {
  const { examples, type, $ref, ...rest } = schema
  if (typeof $ref === 'string' && Object.keys(rest).length > 0) return { allOf: [{ $ref }], ...rest }
  const converted: Json = { ...schema }
  if (Array.isArray(examples)) {
    converted['example'] = examples[0]
    delete converted['examples']
  }
  if (type === 'null') return { type: 'object', nullable: true, enum: [null] }
  if (Array.isArray(type)) return { ...converted, type: type.find((name) => name !== 'null') as unknown, nullable: true }
  return converted
}

/** A component written for OpenAPI 3.1, as OpenAPI 3.0 says it. */
export function toOpenApi30 (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toOpenApi30)
  if (!isJson(value)) return value
  return toSchema30(Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toOpenApi30(member)])))
}
