/* Operations that are put into stores, by their numbers: 0 is the oldest one of its owner. */

const perCommit = 1_000
const fewestRunning = 20
const oneInRunning = 1_000

const ofEach = ({ operations, owners }) => Math.max(1, operations / owners)

const toSite = (filled, n) => `bench-${Math.floor(n / ofEach(filled))}`

export const toOwner = (filled, n) => `sites/${toSite(filled, n)}`

/** As random as a UUID, and of its length; different for different numbers. */
export function toId (n) {
  const [a, b, c] = [2_654_435_761, 2_246_822_519, 3_266_489_917].map((odd) => (Math.imul(n + 1, odd) >>> 0).toString(16).padStart(8, '0'))
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${a}`
}

export function isRunning (filled, n) {
  const count = ofEach(filled)
  return n % count % Math.max(1, Math.min(oneInRunning, Math.floor(count / fewestRunning))) === 0
}

export function toLocation (filled, n) {
  return `https://graph.microsoft.com/v1.0/sites/${toSite(filled, n)}/onenote/pages/1-${toId(n).replaceAll('-', '')}!1-${toId(n)}`
}

const toInstant = (seconds) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000).toISOString().replace('Z', '0000Z')

export function toRecord (filled, n) {
  const type = 'microsoft.graph.onenoteOperation'
  const id = toId(n)
  const [created, lastAction] = [toInstant(n), toInstant(n + 30)]
  const running = isRunning(filled, n)
  const text = JSON.stringify({
    '@odata.type': `#${type}`,
    id,
    createdDateTime: created,
    lastActionDateTime: lastAction,
    status: running ? 'Running' : 'Completed',
    error: null,
    percentComplete: running ? String(n % 100) : '100',
    resourceId: `1-${id.replaceAll('-', '')}!1-${id}`,
    resourceLocation: toLocation(filled, n)
  })
  return { id, type, created, lastAction, status: running ? 1 : 2, text }
}

/** Puts operations into a store, each commit into the collection of one owner. */
export async function fill (store, tenant, filled) {
  for (let n = 0; n < filled.operations;) {
    const end = Math.min(n + perCommit, (Math.floor(n / ofEach(filled)) + 1) * ofEach(filled))
    const owner = toOwner(filled, n)
    const changes = []
    for (; n < end; n += 1) changes.push({ kind: 'insert', record: toRecord(filled, n) })
    const { committed } = await store.commit({ tenant, owner }, changes)
    if (!committed) throw new Error('a change was refused')
  }
}
