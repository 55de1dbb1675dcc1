import { channels } from '../channels.js'
import type { Collection, OperationRecord, OperationStore } from '../storage/store.js'
import type { TypeRules } from './rules.js'

/** Tells whoever watches that an operation took a status. */
export type PublishStatus = (collection: Collection, before: OperationRecord | undefined, after: OperationRecord | undefined) => void

export function makeStatusPublisher (store: OperationStore, rules: (typeName: string) => TypeRules): PublishStatus {
  return ({ tenant, owner }, before, after) => {
    if (!channels.status.hasSubscribers || after === undefined || after.status === before?.status) return
    const { findStatus } = rules(after.type)
    const to = findStatus(after.status)
    if (to === undefined) return
    channels.status.publish({ store, tenant, owner, id: after.id, type: after.type, from: before && findStatus(before.status), to })
  }
}
