import type { NewRecord, OperationRecord } from './store.js'

/** The value, which nobody can change any more, nor anything in it. */
export function freeze<T> (value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const name in value) freeze(value[name])
  }
  return value
}

/** The record a store gives back: its value is parsed when it is first asked for, and frozen. */
export class StoredRecord implements OperationRecord {
  readonly id: string
  readonly type: string
  readonly created: string
  readonly lastAction: string
  readonly status: number
  readonly text: string
  readonly version: string
  #value: Readonly<Record<string, unknown>> | undefined

  constructor ({ id, type, created, lastAction, status, text, value }: NewRecord, version: string) {
    this.id = id
    this.type = type
    this.created = created
    this.lastAction = lastAction
    this.status = status
    this.text = text
    this.version = version
    this.#value = value
    Object.freeze(this)
  }

  get value (): Readonly<Record<string, unknown>> {
    this.#value ??= freeze(JSON.parse(this.text) as Record<string, unknown>)
    return this.#value
  }
}
