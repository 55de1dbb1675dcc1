import type { TypeSet } from '../schemas/type-set.js'
import type { StoreMethods } from '../storage/traced.js'
import type { TypeRules } from './rules.js'
import type { PublishStatus } from './status.js'
import type { Transitions } from './transitions.js'
import type { Turns } from './turns.js'

/** What every operation of the domain works with. */
export interface Context {
  readonly store: StoreMethods
  readonly types: TypeSet
  readonly rules: (typeName: string) => TypeRules
  readonly turns: Turns
  readonly transitions: Transitions
  readonly publishStatus: PublishStatus
  /** How long an update that meets other processes' writes tries again. Milliseconds. */
  readonly writeTimeoutMillis: number
  /** The next instant: UTC with 7 fraction digits, never the same twice. */
  readonly clock: () => string
}
