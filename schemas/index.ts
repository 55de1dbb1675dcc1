import * as derived from './comms-operation-derived.js'
import { CommsOperation } from './comms-operation.js'
import type { StructuredType } from './definition.js'
import { findStructured } from './definition.js'
import { Entity } from './entity.js'
import { OnenoteOperation } from './onenote-operation.js'
import { Operation } from './operation.js'

export * from './comms-operation-derived.js'
export * from './comms-operation.js'
export { complex, entity, enumeration, extend } from './definition.js'
export type { Create, Defined, DefinedEnumeration, StructuredType, Update } from './definition.js'
export * from './entity.js'
export type { ErrorEnvelope } from './error.js'
export * from './invitation-participant-info.js'
export * from './onenote-operation.js'
export { operationIdPattern } from './operation-id.js'
export * from './operation-status.js'
export * from './operation.js'
export { boolean, dateTimeOffset, described, immutable, int32, nullable, text } from './primitives.js'
export type { Principal } from './principal.js'

/** Every entity type of the contract: the beta superset, which serves every mount. */
export const builtInTypes: readonly StructuredType[] = Object.freeze([
  Entity, Operation, OnenoteOperation, CommsOperation,
  ...Object.values(derived).map((type) => findStructured(type)).filter((type) => type !== undefined)
])
