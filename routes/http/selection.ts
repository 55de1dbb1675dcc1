import type { Selection } from '../../odata/select.js'
import { typeMember } from '../../schemas/definition.js'
import type { OperationRecord } from '../../storage/store.js'

type Members = Readonly<Record<string, unknown>>

/** An annotation goes with the property it is about. */
function subjectOf (name: string): string {
  return name.split('@', 1)[0] as string
}

function toSelected (members: Members, selection: Selection): Members {
  const kept = Object.entries(members).filter(([name]) => name === typeMember || selection.has(subjectOf(name)))
  return Object.fromEntries(kept.map(([name, value]) => {
    const inner = selection.get(name)
    const isInner = inner !== undefined && typeof value === 'object' && value !== null && !Array.isArray(value)
    return [name, isInner ? toSelected(value as Members, inner) : value]
  }))
}

/** The record with what is selected of it. @see OData 4.01 Part 1, 11.2.5.1 */
export function selectMembers (record: OperationRecord, selection: Selection | undefined): OperationRecord {
  if (selection === undefined) return record
  const { id, type, created, lastAction, status, version } = record
  const value = toSelected(record.value, selection)
  return { id, type, created, lastAction, status, version, value, text: JSON.stringify(value) }
}

function toPaths (selection: Selection, prefix = ''): string[] {
  return [...selection].flatMap(([name, inner]) => inner === undefined ? [prefix + name] : toPaths(inner, `${prefix}${name}/`))
}

/** The list of what is selected in a context URL. @see OData 4.01 Part 1, 10.7 */
export function toSelectList (selection: Selection | undefined): string {
  return selection === undefined ? '' : `(${toPaths(selection).join(',')})`
}
