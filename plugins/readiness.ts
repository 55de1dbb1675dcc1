import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { StoreUnavailableError } from '../storage/store.js'
import type { OperationStore } from '../storage/store.js'

/** A key no operation has; finding nothing there takes a working store. */
const probe = { tenant: 'probe', owner: 'probe', id: 'probe' }

async function ask (store: OperationStore): Promise<void> {
  await (store.check === undefined ? store.find(probe) : store.check())
}

/** @throws what the store throws, StoreUnavailableError when it takes longer */
async function askInTime (store: OperationStore, timeoutMillis: number): Promise<void> {
  const answered = new AbortController()
  const timeout = delay(timeoutMillis, undefined, { signal: answered.signal }).then(() => {
    throw new StoreUnavailableError(`the store did not answer within ${timeoutMillis} ms`)
  })
  await Promise.race([ask(store), timeout]).finally(() => { answered.abort() })
}

/** Tells whether the store takes reads and writes. Those who ask at once share one look, and the log has what changes. */
export function makeReadiness (app: FastifyInstance, timeoutMillis: number): () => Promise<boolean> {
  let wasReady = true
  let looking: Promise<boolean> | undefined

  const look = async (): Promise<boolean> => {
    const failure = await askInTime(app.operationStore, timeoutMillis).then(() => undefined, (error: unknown) => ({ error }))
    const isReady = failure === undefined
    if (failure !== undefined && wasReady) app.log.error({ err: failure.error }, 'the store does not answer')
    if (isReady && !wasReady) app.log.warn('the store answers again')
    wasReady = isReady
    return isReady
  }

  return async () => {
    looking ??= look().finally(() => { looking = undefined })
    return await looking
  }
}
