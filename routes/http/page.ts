import { andThen } from '../../storage/awaitable.js'
import type { Awaitable, OperationRecord, Page } from '../../storage/store.js'

/** Characters of stored text after which a page ends, whatever size was asked for. @see OData 4.01 Part 1, 11.2.6.7 */
const textLimit = 1_048_576

/** Records that are read at a time: as large as an operation may be, so many fit into memory many times over. */
const readAtATime = 100

/** A page as far as it goes. */
export interface CollectedPage {
  readonly records: readonly OperationRecord[]
  /** The last of them, if there are more. */
  readonly last: OperationRecord | undefined
}

/** As many of the records as the text of a page may be long, and one at least. */
function cut (records: readonly OperationRecord[], characters: number): readonly OperationRecord[] {
  let left = characters
  const end = records.findIndex(({ text }, index) => {
    left -= text.length
    return left < 0 && index > 0
  })
  return end === -1 ? records : records.slice(0, end)
}

/**
 * Reads a page of at most `size` records in parts, until there are no more or their text is long enough; `toAfter`
 * is the place of a record in the order.
 */
export function collectPage (read: (page: Page) => Awaitable<readonly OperationRecord[]>, size: number, start: Pick<Page, 'skip' | 'after'>, toAfter: (record: OperationRecord) => Page['after']): Awaitable<CollectedPage> {
  const collect = (before: readonly OperationRecord[], characters: number, place: Pick<Page, 'skip' | 'after'>): Awaitable<CollectedPage> => {
    const wanted = Math.min(size - before.length, readAtATime)
    // one more than is wanted tells whether there are more
    return andThen(read({ limit: wanted + 1, ...place }), (found) => {
      const part = cut(found.slice(0, wanted), characters)
      const records = before.length === 0 ? part : [...before, ...part]
      const last = part.at(-1)
      if (last === undefined || found.length === part.length) return { records, last: undefined }
      const left = part.reduce((sum, { text }) => sum - text.length, characters)
      if (records.length === size || part.length < wanted || left <= 0) return { records, last }
      return collect(records, left, { skip: 0, after: toAfter(last) })
    })
  }
  return collect([], textLimit, start)
}
