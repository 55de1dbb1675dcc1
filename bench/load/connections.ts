import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** A request as it goes over the wire, and what its answer must have. */
export interface Shot {
  readonly text: string
  readonly status: number
  readonly isRight: (body: string) => boolean
}

export interface Outcome {
  /** Status code; 0 when the connection ended without an answer. */
  readonly status: number
  readonly isRight: boolean
  /** From sending to the whole answer. Milliseconds. */
  readonly millis: number
  /** The answer as it came, one character for each byte. */
  readonly answer: string
}

const lengthHeader = /\r\ncontent-length: *(\d+)/i
const chunkedHeader = /\r\ntransfer-encoding: *chunked/i

/** @see RFC 9112, 7.1 */
function joinChunks (text: string): string {
  let body = ''
  for (let at = 0; ;) {
    const line = text.indexOf('\r\n', at)
    const length = Number.parseInt(text.slice(at, line), 16)
    if (length === 0) return body
    body += text.slice(line + 2, line + 2 + length)
    at = line + 2 + length + 2
  }
}

/** The body of an answer; `undefined` while it has not arrived. @see RFC 9112, 6.3 */
function findBody (received: string): string | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = received.slice(0, end)
  const status = head.slice(9, 12)
  if (status === '204' || status === '304') return ''
  const length = lengthHeader.exec(head)?.[1]
  if (length !== undefined) return received.length < end + 4 + Number(length) ? undefined : received.slice(end + 4)
  if (!chunkedHeader.test(head)) return undefined
  return received.endsWith('0\r\n\r\n') ? joinChunks(received.slice(end + 4)) : undefined
}

/** One connection that is kept alive, with at most one request on it. */
export class Connection {
  readonly #port: number
  #socket: Socket | undefined
  #received = ''
  #shot: Shot | undefined
  #sentAt = 0
  #done: ((outcome: Outcome) => void) | undefined

  constructor (port: number) {
    this.#port = port
  }

  send (shot: Shot, done: (outcome: Outcome) => void): void {
    this.#shot = shot
    this.#done = done
    this.#sentAt = performance.now()
    this.#received = ''
    this.#socket ??= this.#open()
    this.#socket.write(shot.text)
  }

  close (): void {
    this.#done = undefined
    this.#socket?.destroy()
  }

  #open (): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    socket.setEncoding('latin1')
    socket.on('data', (part: string) => { this.#read(part) })
    socket.on('error', () => { socket.destroy() })
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined
      this.#finish(0, false)
    })
    return socket
  }

  #read (part: string): void {
    this.#received += part
    const body = findBody(this.#received)
    if (body === undefined) return
    const status = Number(this.#received.slice(9, 12))
    this.#finish(status, status === this.#shot?.status && this.#shot.isRight(body))
  }

  #finish (status: number, isRight: boolean): void {
    const done = this.#done
    this.#done = undefined
    done?.({ status, isRight, millis: performance.now() - this.#sentAt, answer: this.#received })
  }
}
