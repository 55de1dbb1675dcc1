import type { Worker } from 'node:worker_threads'
import { StoredRecord } from '../record.js'
import { ScanLimitError, StoreUnavailableError } from '../store.js'
import type { OperationRecord } from '../store.js'
import type { Reads } from './reads.js'
import { startThread } from './start-thread.js'
import type { ThreadReply, ThreadRequest, ThreadSetup } from './thread-messages.js'

/** What is not answered yet. */
interface Pending {
  readonly records: OperationRecord[]
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * Runs what may take long on a thread of its own, so that the event loop goes on meanwhile. The thread is started by
 * the first request, and again by the next one after it died; it does not keep the process alive.
 */
export class ReadThread {
  readonly #setup: ThreadSetup
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #nextId = 0

  constructor (setup: ThreadSetup) {
    this.#setup = setup
  }

  /** Whether everything is answered. */
  get isIdle (): boolean {
    return this.#pending.size === 0
  }

  /** @throws StoreUnavailableError when the thread ends before it answers */
  async run<K extends keyof Reads> (method: K, ...parameters: Parameters<Reads[K]>): Promise<ReturnType<Reads[K]>> {
    return await this.#ask((id) => ({ kind: 'read', id, method, parameters })) as ReturnType<Reads[K]>
  }

  /** Copies what the log has into the file; says whether nothing kept it from that. @throws StoreUnavailableError as `run` does */
  async copyLog (): Promise<boolean> {
    return await this.#ask((id) => ({ kind: 'copyLog', id })) as boolean
  }

  /** Rejects what is not answered, and ends the thread when it has finished the statement it is at. */
  close (): Promise<void> | undefined {
    const worker = this.#worker
    if (worker === undefined) return undefined
    this.#abandon(new StoreUnavailableError('the store is closed'))
    worker.ref()
    return new Promise((resolve) => {
      worker.once('exit', () => { resolve() })
      worker.postMessage({ kind: 'close' } satisfies ThreadRequest)
    })
  }

  async #ask (toRequest: (id: number) => ThreadRequest): Promise<unknown> {
    const worker = this.#worker ?? this.#start()
    const id = this.#nextId
    this.#nextId += 1
    worker.postMessage(toRequest(id))
    worker.ref()
    return await new Promise((resolve, reject) => { this.#pending.set(id, { records: [], resolve, reject }) })
  }

  #start (): Worker {
    const worker = startThread('read', this.#setup)
    this.#worker = worker
    let cause: unknown
    worker.on('message', (reply: ThreadReply) => { this.#take(worker, reply) })
    worker.once('error', (error) => { cause = error })
    worker.once('exit', () => {
      this.#worker = undefined
      this.#abandon(new StoreUnavailableError('the thread that reads the file ended', { cause }))
    })
    return worker
  }

  #abandon (error: StoreUnavailableError): void {
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }

  #take (worker: Worker, reply: ThreadReply): void {
    const { id } = reply
    const pending = this.#pending.get(id)
    // abandoned
    if (pending === undefined) return
    if (reply.kind === 'records') {
      pending.records.push(...reply.records.map((record) => new StoredRecord(record, record.version)))
      if (!reply.isLast) {
        // in another turn: messages that are there already would be taken in this one
        setImmediate(() => { worker.postMessage({ kind: 'more', id } satisfies ThreadRequest) })
        return
      }
    }
    this.#pending.delete(id)
    if (this.#pending.size === 0) worker.unref()
    switch (reply.kind) {
      case 'records': return pending.resolve(pending.records)
      case 'value': return pending.resolve(reply.value)
      case 'scanLimit': return pending.reject(new ScanLimitError(reply.limit))
      case 'unavailable': return pending.reject(new StoreUnavailableError(reply.message))
      case 'failed': return pending.reject(reply.error)
    }
  }
}
