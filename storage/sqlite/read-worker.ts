import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { andThen } from '../awaitable.js'
import { ScanLimitError, StoreUnavailableError } from '../store.js'
import type { OperationRecord } from '../store.js'
import { whenFree } from './busy.js'
import { copyLog } from './checkpoints.js'
import { openReader } from './connection.js'
import type { SqliteDriver } from './driver.js'
import { makeReads } from './reads.js'
import type { Reads } from './reads.js'
import { makeSnapshots } from './snapshot.js'
import type { ReadRequest, ThreadReply, ThreadRequest, ThreadSetup } from './thread-messages.js'

/*
 * The program of the thread that runs long reads and copies the log, on a connection of its own. A read sees
 * every commit that was acknowledged before it was asked for: its snapshot is taken when it runs.
 */

/** Characters of texts in one message: taking them over is some milliseconds of the event loop's time. */
const messageCharacters = 1 << 20

const port = parentPort as MessagePort
const { driver, file, busyTimeoutMillis } = workerData as ThreadSetup
const database = await openReader(await import(driver) as SqliteDriver, file, busyTimeoutMillis)
const reads = makeReads(database)
const inSnapshot = makeSnapshots(database)

/** The records that are not sent yet, of each read. */
const unsent = new Map<number, readonly OperationRecord[]>()

const reply = (message: ThreadReply): void => { port.postMessage(message) }

function sendRecords (id: number, records: readonly OperationRecord[]): void {
  let characters = 0
  const end = records.findIndex(({ text }) => {
    characters += text.length
    return characters > messageCharacters
  })
  const isLast = end === -1
  // one record at least, however long it is
  const count = isLast ? records.length : Math.max(end, 1)
  if (isLast) unsent.delete(id)
  else unsent.set(id, records.slice(count))
  reply({ kind: 'records', id, records: records.slice(0, count), isLast })
}

function toFailure (id: number, error: unknown): ThreadReply {
  if (error instanceof ScanLimitError) return { kind: 'scanLimit', id, limit: error.limit }
  if (error instanceof StoreUnavailableError) return { kind: 'unavailable', id, message: error.message }
  return { kind: 'failed', id, error }
}

async function answer ({ id, method, parameters }: ReadRequest): Promise<void> {
  const read = reads[method] as (...given: typeof parameters) => ReturnType<Reads[keyof Reads]>
  try {
    await andThen(whenFree(() => inSnapshot(() => read(...parameters)), busyTimeoutMillis), (value) => {
      if (method === 'list') sendRecords(id, value as readonly OperationRecord[])
      else reply({ kind: 'value', id, value })
    })
  } catch (error) {
    reply(toFailure(id, error))
  }
}

/** Reads that were asked for; commits may wait for a copy of the log, which goes before those that have not begun. */
const waiting: ReadRequest[] = []

function answerNext (): void {
  void answer(waiting.shift() as ReadRequest)
  // in another turn, which begins with the messages that came meanwhile
  if (waiting.length > 0) setImmediate(answerNext)
}

port.on('message', (request: ThreadRequest) => {
  switch (request.kind) {
    case 'read':
      if (waiting.push(request) === 1) setImmediate(answerNext)
      break
    case 'copyLog':
      reply({ kind: 'value', id: request.id, value: copyLog(database) })
      break
    case 'more':
      // in another turn too: where this thread and the one that asks take turns on a processor, messages come without end
      setImmediate(() => { sendRecords(request.id, unsent.get(request.id) as readonly OperationRecord[]) })
      break
    case 'close':
      database.close()
      port.close()
  }
})
