import type { Key, OperationRecord } from '../store.js'

/** Records that were read or written lately, as the file has them. */
export interface KeptRecords {
  readonly find: (key: Key) => OperationRecord | undefined
  readonly keep: (key: Key, record: OperationRecord) => void
  readonly forget: (key: Key) => void
  /** Another connection may have written: nothing is known any more, unless the file is as it was. */
  readonly verify: () => void
  readonly clear: () => void
}

/** A name that no other key has, whatever its parts are made of. */
function toName ({ tenant, owner, id }: Key): string {
  return `${tenant.length} ${owner.length} ${tenant}${owner}${id}`
}

/** What a record takes beside its text. Characters. */
const overhead = 512

/**
 * Keeps records of at most `limit` characters in front of a file: half of them are young, and those that are not asked
 * for while a new half fills are forgotten. `readDataVersion` tells of each state that other connections leave the file in.
 * @see https://sqlite.org/pragma.html#pragma_data_version
 */
export function makeKeptRecords (limit: number, readDataVersion: () => number): KeptRecords {
  let young = new Map<string, OperationRecord>()
  let old = new Map<string, OperationRecord>()
  let characters = 0
  let dataVersion = readDataVersion()

  const keep = (name: string, record: OperationRecord): void => {
    characters += record.text.length + overhead
    if (characters > limit / 2) {
      old = young
      young = new Map()
      characters = record.text.length + overhead
    }
    young.set(name, record)
  }

  const clear = (): void => {
    young = new Map()
    old = new Map()
    characters = 0
  }

  return {
    find (key) {
      const name = toName(key)
      const found = young.get(name)
      if (found !== undefined) return found
      const record = old.get(name)
      if (record !== undefined) keep(name, record)
      return record
    },
    keep: (key, record) => { keep(toName(key), record) },
    forget (key) {
      const name = toName(key)
      young.delete(name)
      old.delete(name)
    },
    verify () {
      const now = readDataVersion()
      if (now === dataVersion) return
      dataVersion = now
      clear()
    },
    clear
  }
}
