import type { Test } from 'tap'
import { createServer } from '../../../server.js'

/** The server, listening until the test ends. @returns its address */
export async function startServer (t: Test, settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const { app, host } = await createServer({ STORE: 'memory:', ...settings })
  t.teardown(async () => { await app.close() })
  return await app.listen({ host, port: 0 })
}

/** A token of the server's development issuer. */
export async function fetchToken (url: string, claims: object = {}): Promise<string> {
  const response = await fetch(`${url}/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(claims) })
  const { access_token: token } = await response.json() as { access_token: string }
  return token
}
