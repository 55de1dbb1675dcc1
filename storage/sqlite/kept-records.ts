import type { Key, OperationRecord } from '../store.js'

/** Records that were read or written lately, as the file has them. */
export interface KeptRecords {
  readonly find: (key: Key) => OperationRecord | undefined
  readonly keep: (key: Key, record: OperationRecord) => void
  readonly forget: (key: Key) => void
  /**
   * Another connection may have written: nothing is known any more, unless the file is as it was when this was asked
   * before, which it says.
   */
  readonly verify: () => boolean
}

/** What a record takes beside its text. Characters. */
const overhead = 512

/** Records by tenant, owner and id. */
class Records {
  readonly #tenants = new Map<string, Map<string, Map<string, OperationRecord>>>()

  get ({ tenant, owner, id }: Key): OperationRecord | undefined {
    return this.#tenants.get(tenant)?.get(owner)?.get(id)
  }

  set ({ tenant, owner, id }: Key, record: OperationRecord): void {
    const owners = this.#tenants.get(tenant) ?? new Map<string, Map<string, OperationRecord>>()
    const records = owners.get(owner) ?? new Map<string, OperationRecord>()
    this.#tenants.set(tenant, owners.set(owner, records.set(id, record)))
  }

  delete ({ tenant, owner, id }: Key): void {
    this.#tenants.get(tenant)?.get(owner)?.delete(id)
  }
}

/**
 * Keeps records of at most `limit` characters in front of a file: half of them are young, and those that are not asked
 * for while a new half fills are forgotten. `readDataVersion` tells of each state that other connections leave the file in.
 * @see https://sqlite.org/pragma.html#pragma_data_version
 */
export function makeKeptRecords (limit: number, readDataVersion: () => number): KeptRecords {
  let young = new Records()
  let old = new Records()
  let characters = 0
  let dataVersion = readDataVersion()

  const keep = (key: Key, record: OperationRecord): void => {
    characters += record.text.length + overhead
    if (characters > limit / 2) {
      old = young
      young = new Records()
      characters = record.text.length + overhead
    }
    young.set(key, record)
  }

  return {
    find (key) {
      const found = young.get(key)
      if (found !== undefined) return found
      const record = old.get(key)
      if (record !== undefined) keep(key, record)
      return record
    },
    keep,
    forget (key) {
      young.delete(key)
      old.delete(key)
    },
    verify () {
      const now = readDataVersion()
      if (now === dataVersion) return true
      dataVersion = now
      young = new Records()
      old = new Records()
      characters = 0
      return false
    }
  }
}
