import type { DeltaEntry } from '../../odata/delta.js'
import { deltaLimit } from '../../odata/delta.js'
import type { Payload, Written } from '../../operations/index.js'
import { andThen } from '../../storage/awaitable.js'
import { toEntityUrl } from '../http/links.js'
import { parseChangePrecondition } from '../http/preconditions.js'
import { toCollection } from '../mount.js'
import type { OperationRoute } from '../route.js'
import { mayCreate, sendUpserted, update } from './update.js'
import { updateAll } from './update-all.js'

export const updateCollection: OperationRoute = {
  ...update,
  verb: 'updateInCollection',
  takesDelta: true,
  summary: 'Update an operation of the collection',
  description: 'A partial update of the operation that `id` in the body names; without `id`, of the collection\'s only operation. `Content-Location` says which one it was. With `Prefer: create-if-missing` or `If-None-Match: *` an operation that `id` names and that is not there is created.\n\n' +
    `A delta payload, \`{"@context":"#$delta","value":[…]}\`, changes up to ${deltaLimit} operations: each change is an operation to update or create, or \`{"@removed":{"reason":"deleted"},"id":"…"}\`, and its \`@odata.etag\` counts as If-Match. All are made or none; with \`Prefer: odata.continue-on-error\` each on its own, and those that failed carry \`@Core.DataModificationException\`. The answer is a delta payload in the same order.`,
  successes: update.successes.map((success) => ({ ...success, headers: ['Content-Location', ...success.headers] })),
  handle: (mount, row) => (request, reply) => {
    // a delta payload has been read into the list of its changes
    if (Array.isArray(request.body)) return updateAll(mount, row, request, reply, request.body as readonly DeltaEntry[])
    const { domain } = mount
    const collection = toCollection(row, request)
    const payload = request.body as Payload
    const precondition = parseChangePrecondition(mount, request)
    const send = (written: Written) => {
      void reply.header('content-location', toEntityUrl(mount, row, request, written.record.id))
      return sendUpserted(mount, row, request, reply, written)
    }
    return mayCreate(request, precondition)
      ? andThen(mount.checkPermitted(row, 'create', request), () => andThen(domain.upsertInCollection(collection, row.type, payload, precondition), send))
      : andThen(domain.updateInCollection(collection, payload, precondition), (record) => send({ record, isCreated: false }))
  }
}
