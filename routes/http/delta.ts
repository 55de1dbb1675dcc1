import type { DeltaEntry } from '../../odata/delta.js'
import type { ItemResult } from '../../operations/index.js'
import { toGraphError } from './envelope.js'
import type { BodyOptions } from './representation.js'
import { toContext, toTagged } from './representation.js'

type Json = Readonly<Record<string, unknown>>

/** A change as it was asked for, and what became of it. */
export interface Change {
  readonly entry: DeltaEntry
  readonly result: ItemResult
}

/** @see OData Core vocabulary, MessageType */
function toMessage (code: string, message: string, target: string | undefined): Json {
  return { code, message, severity: 'error', ...(target !== undefined && { target }) }
}

/**
 * A change that failed: what was to be created is one that is not there.
 * @see OData 4.01 Part 1, 11.4.12; OData Core vocabulary, DataModificationException
 */
function toFailed ({ attempt, id, error }: Extract<ItemResult, { kind: 'failed' }>): Json {
  const { code, message, target, details, statusCode } = toGraphError(error)
  return {
    ...(attempt === 'insert' && { '@removed': {} }),
    ...(id !== undefined && { id }),
    '@Core.DataModificationException': {
      '@odata.type': '#Org.OData.Core.V1.DataModificationExceptionType',
      failedOperation: attempt,
      responseCode: statusCode,
      info: { ...toMessage(code, message, target), ...(details.length > 0 && { details: details.map((detail) => toMessage(code, detail.message, detail.target)) }) }
    }
  }
}

function toText (result: ItemResult, options: BodyOptions): string {
  switch (result.kind) {
    case 'stored': return `{${toTagged(result.record, options)}`
    case 'removed': return JSON.stringify({ '@removed': { reason: 'deleted' }, id: result.id })
    case 'failed': return JSON.stringify(toFailed(result))
  }
}

/**
 * The answer to an update of a collection: the changes as they were applied, or failed, in the order of the request.
 * @see OData JSON Format 4.01, 15
 */
export function toDeltaBody (changes: readonly Change[], options: BodyOptions): string {
  const value = changes.map(({ entry: { contentId }, result }) => {
    const text = toText(result, options)
    const annotation = JSON.stringify(contentId).slice(1, -1)
    return annotation === '' ? text : `${text.slice(0, -1)},${annotation}}`
  })
  return `{${toContext(options)}"value":[${value.join(',')}]}`
}
