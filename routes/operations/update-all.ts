import type { FastifyReply, FastifyRequest } from 'fastify'
import { invalidRequest } from '../../errors.js'
import type { DeltaEntry } from '../../odata/delta.js'
import type { Item } from '../../operations/index.js'
import { toBodyOptions } from '../http/answers.js'
import type { Change } from '../http/delta.js'
import { toDeltaBody } from '../http/delta.js'
import { toGraphError } from '../http/envelope.js'
import { getOffer, offers, setOffer } from '../http/format.js'
import { toCollectionContext } from '../http/links.js'
import { parseVersions } from '../http/preconditions.js'
import { addPreferenceApplied, parsePreferences } from '../http/prefer.js'
import type { CollectionRow } from '../collection.js'
import type { Mount } from '../mount.js'
import { toCollection } from '../mount.js'

function toItem ({ path, isRemoved, members, etag }: DeltaEntry): Item {
  return {
    path,
    kind: isRemoved ? 'remove' : 'upsert',
    body: members,
    precondition: etag === undefined ? undefined : { match: parseVersions(etag.target, etag.text) }
  }
}

/** @throws invalidRequest: a condition on a collection would be about something else than its operations. */
function checkUnconditional ({ headers }: FastifyRequest): void {
  for (const name of ['If-Match', 'If-None-Match']) {
    if (headers[name.toLowerCase()] !== undefined) throw invalidRequest([{ target: name, message: `${name} does not go with a delta payload, whose changes have an "@odata.etag" each` }])
  }
}

/** What the answer says nothing of, the log does. */
function logFailures (request: FastifyRequest, changes: readonly Change[]): void {
  for (const { entry: { path }, result } of changes) {
    if (result.kind !== 'failed' || toGraphError(result.error).statusCode < 500) continue
    request.log.error({ err: result.error, path }, 'a change of a delta payload failed')
  }
}

/**
 * Carries out the changes of a delta payload, together or, with `Prefer: odata.continue-on-error`, each on its own.
 * @see OData 4.01 Part 1, 11.4.12
 */
export async function updateAll (mount: Mount, row: CollectionRow, request: FastifyRequest, reply: FastifyReply, entries: readonly DeltaEntry[]): Promise<FastifyReply> {
  checkUnconditional(request)
  if (entries.some(({ isRemoved }) => !isRemoved)) await mount.checkPermitted(row, 'create', request)
  if (entries.some(({ isRemoved }) => isRemoved)) await mount.checkPermitted(row, 'remove', request)
  const { continueOnError, return: preference } = parsePreferences(request)
  const options = { mode: continueOnError ? 'each' : 'all-or-nothing', requireMatch: mount.requireIfMatch } as const
  const results = await mount.domain.updateAll(toCollection(row, request), row.type, entries.map(toItem), options)
  const changes = results.map((result, index) => ({ entry: entries[index] as DeltaEntry, result }))
  const failed = changes.filter(({ result }) => result.kind === 'failed')
  logFailures(request, failed)
  if (preference !== undefined) addPreferenceApplied(reply, `return=${preference}`)
  if (continueOnError) addPreferenceApplied(reply, 'odata.continue-on-error=true')
  if (preference === 'minimal' && failed.length === 0) return await reply.code(204).send()
  // a client that wants no more is told what failed
  const told = preference === 'minimal' ? failed : changes
  const offer = getOffer(request, offers.json)
  setOffer(reply, offer)
  return await reply.send(toDeltaBody(told, toBodyOptions(mount, row, request, offer, `${toCollectionContext(mount, row, request)}/$delta`)))
}
