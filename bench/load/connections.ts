import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** A request as it goes over the wire, and what its answer must have. */
export interface Shot {
  readonly text: string
  readonly status: number
  readonly body: string
}

export interface Outcome {
  /** Status code; 0 when the connection ended without an answer. */
  readonly status: number
  readonly isRight: boolean
  /** From sending to the whole answer. Milliseconds. */
  readonly millis: number
}

const head = /^HTTP\/1\.1 (\d{3})[^]*?\r\ncontent-length: (\d+)[^]*?\r\n\r\n/i

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
    const found = head.exec(this.#received)
    if (found === null || this.#received.length < found[0].length + Number(found[2])) return
    const status = Number(found[1])
    this.#finish(status, status === this.#shot?.status && this.#received.includes(this.#shot.body))
  }

  #finish (status: number, isRight: boolean): void {
    const done = this.#done
    this.#done = undefined
    done?.({ status, isRight, millis: performance.now() - this.#sentAt })
  }
}
