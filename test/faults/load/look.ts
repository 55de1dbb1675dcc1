import type { Agent } from 'node:http'
import { owners, toKey, toState, toUrl } from './clients.js'
import type { Entry, State } from './history.js'
import { ask } from './http.js'

/** What a server shows of the store: its operations, and its history since the last look. */
export interface Look {
  readonly states: Map<string, State>
  readonly entries: Map<string, Entry[]>
}

async function get (agent: Agent, port: number, path: string): Promise<any> {
  const { status, body } = await ask(agent, port, 'GET', path)
  if (status !== 200) throw new Error(`GET ${path} was answered ${status}: ${JSON.stringify(body)}`)
  return body
}

async function readStates (agent: Agent, port: number, owner: string): Promise<Array<[string, State]>> {
  const states: Array<[string, State]> = []
  let path: string | undefined = toUrl(owner)
  while (path !== undefined) {
    const page = await get(agent, port, path)
    for (const operation of page.value) states.push([toKey(owner, operation.id), toState(operation)])
    path = page['@odata.nextLink']?.replace(/^https?:\/\/[^/]+/, '')
  }
  return states
}

/** Looks again and again, each time at the history from where the last look ended: the place must outlive crashes. */
export function makeLooks (agent: Agent, tenant: string): (port: number) => Promise<Look> {
  const cursors = new Map<string, string>()
  return async (port) => {
    const look: Look = { states: new Map(), entries: new Map() }
    for (const owner of owners) {
      for (const [key, state] of await readStates(agent, port, owner)) look.states.set(key, state)
      for (;;) {
        const cursor = cursors.get(owner)
        const page = await get(agent, port, `/changes?${new URLSearchParams({ tenant, owner, ...(cursor !== undefined && { cursor }) }).toString()}`)
        if (page.expired === true) throw new Error(`the history of ${owner} does not know the cursor ${String(cursor)}`)
        cursors.set(owner, page.cursor)
        for (const { id, kind, version } of page.changes) {
          const key = toKey(owner, id)
          look.entries.set(key, [...look.entries.get(key) ?? [], { kind, version }])
        }
        if (page.changes.length === 0) break
      }
    }
    return look
  }
}
