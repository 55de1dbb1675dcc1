import { connect } from 'node:net'
import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import type { Contract } from './document.js'
import type { Answer } from './session.js'

/** The bytes of one connection, as a client may send them that keeps no rules. */
export interface Conversation {
  readonly messages: readonly Message[]
  /** What is put between, at a place of the whole. */
  readonly noise: readonly Noise[]
}

interface Noise {
  readonly at: number
  readonly remove: number
  readonly insert: readonly number[]
}

interface Message {
  readonly method: string
  readonly target: string
  readonly version: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: string
  readonly framing: 'none' | 'length' | 'too short' | 'too long' | 'twice' | 'chunked' | 'broken chunks' | 'both'
  readonly newline: string
}

function toChunks (body: string): string {
  const half = Math.ceil(body.length / 2)
  return [body.slice(0, half), body.slice(half)].filter((chunk) => chunk !== '').map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`).join('')
}

function frame ({ framing, body }: Message): { readonly headers: ReadonlyArray<readonly [string, string]>, readonly content: string } {
  const length = Buffer.byteLength(body)
  switch (framing) {
    case 'none': return { headers: [], content: '' }
    case 'length': return { headers: [['Content-Length', String(length)]], content: body }
    case 'too short': return { headers: [['Content-Length', String(length + 5)]], content: body }
    case 'too long': return { headers: [['Content-Length', String(Math.max(length - 1, 0))]], content: body }
    case 'twice': return { headers: [['Content-Length', String(length)], ['Content-Length', String(length + 1)]], content: body }
    case 'chunked': return { headers: [['Transfer-Encoding', 'chunked']], content: `${toChunks(body)}0\r\n\r\n` }
    case 'broken chunks': return { headers: [['Transfer-Encoding', 'chunked']], content: `zz\r\n${body}\r\n0\r\n\r\n` }
    case 'both': return { headers: [['Transfer-Encoding', 'chunked'], ['Content-Length', String(length)]], content: `${toChunks(body)}0\r\n\r\n` }
  }
}

function toText (message: Message): string {
  const { method, target, version, headers, newline } = message
  const { headers: framing, content } = frame(message)
  const lines = [...headers, ...framing].map(([name, value]) => `${name}: ${value}${newline}`).join('')
  return `${method} ${target} ${version}${newline}${lines}${newline}${content}`
}

/** The bytes to write. `token` stands where a message has a place for it. */
export function toBytes ({ messages, noise }: Conversation, token: string): Buffer {
  let bytes = Buffer.from(messages.map(toText).join('').replaceAll('TOKEN', token))
  for (const { at, remove, insert } of noise) {
    const place = at % (bytes.length + 1)
    bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from(insert), bytes.subarray(place + remove)])
  }
  return bytes
}

/** Makes conversations about the paths of a contract. */
export function makeConversations ({ routes }: Contract): Arbitrary<Conversation> {
  const known = fc.constantFrom(...routes.map(({ method, template }) => ({ method, target: template.replaceAll(/\{\w+\}/g, 'a') })))
  const path = known.map((one) => one.target)
  const target = fc.oneof(
    { weight: 2, arbitrary: path },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('http://localhost', 'http://evil.example', 'https://u:p@evil.example:1', 'HTTP://[::1', 'ftp://x'), path).map((parts) => parts.join('')) },
    { weight: 2, arbitrary: fc.constantFrom('*', '/', '//', '/..', '/v1.0/../beta', '/%', 'v1.0', 'localhost:80', '?', '/v1.0/é', '/\u0001', `/${'a'.repeat(20_000)}`) }
  )
  const header = fc.oneof(
    fc.constantFrom<readonly [string, string]>(['Authorization', 'Bearer x'], ['If-Match', '*'], ['If-Match', '"a"'], ['Content-Type', 'text/plain'], ['Content-Type', 'application/json'], ['Content-Type', ''], ['Prefer', 'return=minimal'], ['Host', 'evil.example'], ['Host', 'a b'], ['Expect', '100-continue'], ['Expect', 'x'], ['Connection', 'upgrade'], ['Upgrade', 'websocket'], ['Connection', 'close'], ['X-A', '\u0000'], ['X-A', 'é'], ['X A', 'y'], ['', 'y'], ['X-Long', 'y'.repeat(17_000)], ['client-request-id', '\u007f'], ['Content-Encoding', 'gzip'], ['Trailer', 'X-A'], ['X-Fold', 'a\r\n b']),
    fc.tuple(fc.string({ maxLength: 5 }), fc.string({ unit: 'binary', maxLength: 8 }))
  )
  const most = fc.oneof({ weight: 12, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) })
  const line = fc.oneof({ weight: 5, arbitrary: known }, { weight: 1, arbitrary: fc.record({ method: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS') }, { weight: 1, arbitrary: fc.constantFrom('get', 'CONNECT', 'TRACE', 'PRI', 'A', '', 'GET\t', 'M-SEARCH') }), target }) })
  const message: Arbitrary<Message> = fc.record({
    line,
    version: fc.oneof({ weight: 25, arbitrary: fc.constant('HTTP/1.1') }, { weight: 1, arbitrary: fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'http/1.1', '', 'HTTP/1.1 x') }),
    headers: fc.tuple(fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(header, { minLength: 1, maxLength: 2 }) }), most, most).map(([more, hasHost, hasToken]) => [...hasHost ? [['Host', 'localhost'] as const] : [], ...hasToken ? [['Authorization', 'TOKEN'] as const, ['Content-Type', 'application/json'] as const] : [], ...more]),
    body: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('{}', '{"id":"a"}', '{"status":"Running"}') }, { weight: 1, arbitrary: fc.constantFrom('', '{', '\0') }, { weight: 1, arbitrary: fc.string({ maxLength: 10 }) }),
    framing: fc.constantFrom<Message['framing']>(...Array.from({ length: 12 }, () => 'length' as const), 'none', 'none', 'chunked', 'chunked', 'chunked', 'too short', 'too long', 'twice', 'chunked', 'broken chunks', 'both'),
    newline: fc.oneof({ weight: 25, arbitrary: fc.constant('\r\n') }, { weight: 1, arbitrary: fc.constantFrom('\n', '\r') })
  }).map(({ line: { method, target: where }, ...rest }) => ({ method, target: where, ...rest }))
  const noise = fc.record({ at: fc.nat(2_000), remove: fc.nat(3), insert: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 3 }) })
  return fc.record({ messages: fc.array(message, { minLength: 1, maxLength: 3 }), noise: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(noise, { minLength: 1, maxLength: 2 }) }) })
}

/** How long a server is waited for that may be waiting too. Milliseconds. */
const patience = { first: 60, next: 10 } as const

/** Writes bytes, and reads until the server closes. @throws when it does not */
export async function converse (port: number, bytes: Buffer): Promise<string> {
  return await new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => { socket.write(bytes) })
    // a server answers nothing more to one who has hung up
    let hangUp = setTimeout(() => socket.end(), patience.first)
    // what the server has refused already it need not read
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      received += chunk.toString('utf8')
      clearTimeout(hangUp)
      hangUp = setTimeout(() => socket.end(), patience.next)
    })
    socket.on('close', () => { resolve(received) })
    socket.setTimeout(5_000, () => {
      socket.destroy()
      reject(new Error(`the server neither answers nor closes; so far ${JSON.stringify(received)}`))
    })
  })
}

const head = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[!#$%&'*+.^`|~\w-]+: ?[^\r\n]*\r\n)*)\r\n/

/** The answers that were received. @throws for what is no answer */
export function parseAnswers (received: string): Answer[] {
  const answers: Answer[] = []
  for (let rest = Buffer.from(received); rest.length > 0;) {
    const [whole, status, lines] = head.exec(rest.toString('utf8')) ?? []
    if (whole === undefined) throw new Error(`this is no answer: ${JSON.stringify(rest.toString('utf8').slice(0, 200))}`)
    const headers = Object.fromEntries(lines!.split('\r\n').filter((line) => line !== '').map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
    rest = rest.subarray(Buffer.byteLength(whole))
    // an answer to HEAD has the length of a body, and none
    const isBodyless = rest.length === 0 || rest.subarray(0, 7).toString() === 'HTTP/1.'
    const end = rest.indexOf('\r\n\r\n')
    const length = isBodyless ? 0 : headers['transfer-encoding'] === 'chunked' ? end + 4 : Number(headers['content-length'] ?? rest.length)
    const text = rest.subarray(0, length).toString('utf8')
    answers.push({ status: Number(status), headers, text: headers['transfer-encoding'] === 'chunked' ? text.replace(/^0\r\n\r\n$/, '') : text })
    rest = rest.subarray(length)
  }
  return answers
}
