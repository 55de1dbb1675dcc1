import { request } from 'node:http'
import type { Agent } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Reply {
  readonly status: number
  readonly etag: string | undefined
  readonly retryAfter: string | undefined
  readonly body: any
}

/** Asks the server on this machine. @throws when the whole answer does not come */
export async function ask (agent: Agent, port: number, method: string, path: string, payload?: object, headers: Record<string, string> = {}): Promise<Reply> {
  const body = payload === undefined ? undefined : JSON.stringify(payload)
  return await new Promise((resolve, reject) => {
    const sent = request({ agent, host: '127.0.0.1', port, method, path, headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) } }, (response) => {
      const { statusCode: status = 0, headers: { etag, 'retry-after': retryAfter } } = response
      text(response).then((body) => resolve({ status, etag, retryAfter, body: body === '' ? undefined : JSON.parse(body) })).catch(reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
