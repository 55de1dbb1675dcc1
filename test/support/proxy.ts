import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Ending } from './keeper.js'

/**
 * A wire between clients and a PostgreSQL server that can break.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export interface Proxy {
  /** The URL it was given, through the proxy. */
  readonly url: string
  /** Breaks every connection. */
  cut: () => void
  /** Takes no new connections until `accept`. Those that are there stay. */
  refuse: () => Promise<void>
  accept: () => Promise<void>
  /** Breaks every connection; those that come are to the server of another URL. */
  moveTo: (url: string) => void
  /** Keeps back what servers answer until `release`. What clients send goes on to them. */
  hold: () => void
  release: () => void
  /** Breaks the next connection that sends a statement that fits, before the server sees it. Resolves when it broke. */
  cutBefore: (statement?: RegExp) => Promise<void>
  /**
   * Breaks the next connection whose transaction with a statement that fits was committed, before the client
   * hears of it. A transaction that fails or is rolled back is not meant. Resolves when it broke.
   */
  cutAfterCommit: (statement?: RegExp) => Promise<void>
}

/** A statement that writes. Such a word in a comment or a text counts too. */
const writing = /\b(insert|update|delete|merge)\b/i

interface Message {
  /** The type's letter; empty for what a client says first. */
  readonly type: string
  readonly bytes: Buffer
}

/** Divides what comes in into messages. Without `hasType` the first one has only a length. */
function makeReader (hasType: boolean): (chunk: Buffer) => Message[] {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    const messages: Message[] = []
    for (;;) {
      const start = hasType ? 1 : 0
      if (rest.length < start + 4) return messages
      const end = start + rest.readInt32BE(start)
      if (rest.length < end) return messages
      const type = hasType ? String.fromCharCode(rest[0]!) : ''
      const bytes = rest.subarray(0, end)
      rest = rest.subarray(end)
      messages.push({ type, bytes })
      // asking for encryption comes before the real first message; every later one has a type
      if (!hasType && !asksForEncryption(bytes)) hasType = true
    }
  }
}

/** SSLRequest or GSSENCRequest. */
const asksForEncryption = (bytes: Buffer): boolean => bytes.length === 8 && [80877103, 80877104].includes(bytes.readInt32BE(4))

/** Texts that end with a zero byte, from an offset on. */
function readTexts (bytes: Buffer, offset: number, count: number): string[] {
  return Array.from({ length: count }, () => {
    const end = bytes.indexOf(0, offset)
    const text = bytes.toString('utf8', offset, end)
    offset = end + 1
    return text
  })
}

/** What the statements of one connection are, by what its client says. */
function makeStatements (): (message: Message) => string | undefined {
  const prepared = new Map<string, string>()
  return ({ type, bytes }) => {
    if (type === 'Q') return readTexts(bytes, 5, 1)[0]
    if (type === 'P') {
      const [name = '', sql = ''] = readTexts(bytes, 5, 2)
      prepared.set(name, sql)
      return sql
    }
    if (type === 'B') return prepared.get(readTexts(bytes, 5, 2)[1] ?? '')
    return undefined
  }
}

/** One thing that is to happen once. */
interface Fault {
  readonly statement: RegExp
  readonly happened: () => void
}

/** Starts a proxy in front of the server of a URL, on 127.0.0.1. */
export async function startProxy (t: Ending, url: string): Promise<Proxy> {
  const { pathname, username } = new URL(url)
  let target = url
  const connections = new Set<{ cut: () => void, flush: () => void }>()
  let isHeld = false
  let before: Fault | undefined
  let after: Fault | undefined

  const server = createServer((client: Socket) => {
    const { hostname, port } = new URL(target)
    const upstream = connect(Number(port), hostname)
    const ofClient = makeReader(false)
    const ofServer = makeReader(true)
    const toStatement = makeStatements()
    /** For each answer that is not over yet: the statements that it is an answer to. */
    const asked: string[][] = []
    let asking: string[] = []
    /** The statements of the open transaction, and whether it fails. */
    let transaction: string[] = []
    let failed = false
    /** Messages of an answer that may be the one that is not to be heard. */
    let doubtful: Buffer[] = []
    let held: Buffer[] = []

    const connection = {
      cut () {
        connections.delete(connection)
        // a socket that is about to end by itself cannot be reset: its handle would stay open
        if (client.writableEnded) client.destroy()
        else client.resetAndDestroy()
        upstream.destroy()
      },
      flush () {
        if (held.length > 0 && !client.destroyed) client.write(Buffer.concat(held))
        held = []
      }
    }
    connections.add(connection)
    const toClient = (bytes: readonly Buffer[]): void => {
      held.push(...bytes)
      if (!isHeld) connection.flush()
    }
    const isMeant = (fault: Fault | undefined, statements: readonly string[]): fault is Fault => fault !== undefined && statements.some((sql) => fault.statement.test(sql))

    client.setNoDelay(true).on('data', (chunk: Buffer) => {
      for (const message of ofClient(chunk)) {
        if (message.type === '' && asksForEncryption(message.bytes)) {
          toClient([Buffer.from('N')])
          continue
        }
        const sql = toStatement(message)
        if (sql !== undefined) {
          if (isMeant(before, [sql])) {
            const { happened } = before
            before = undefined
            connection.cut()
            return happened()
          }
          asking.push(sql)
        }
        // a Query or a Sync is answered up to ReadyForQuery
        if (message.type === 'Q' || message.type === 'S') {
          asked.push(asking)
          asking = []
        }
        upstream.write(message.bytes)
      }
    })

    upstream.setNoDelay(true).on('data', (chunk: Buffer) => {
      for (const { type, bytes } of ofServer(chunk)) {
        const statements = asked[0] ?? []
        if (type === 'E' || (type === 'C' && readTexts(bytes, 5, 1)[0] === 'ROLLBACK')) failed = true
        if (after === undefined && doubtful.length === 0 && type !== 'Z') {
          toClient([bytes])
          continue
        }
        doubtful.push(bytes)
        if (type !== 'Z') continue
        asked.shift()
        transaction.push(...statements)
        // 'I': no transaction is open any more
        if (bytes.toString('latin1', 5) === 'I') {
          const isOver = !failed && isMeant(after, transaction)
          transaction = []
          failed = false
          if (isOver) {
            const { happened } = after!
            after = undefined
            connection.cut()
            return happened()
          }
        }
        toClient(doubtful)
        doubtful = []
      }
    })

    // what one side ends by itself the other side hears the end of, not more
    for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
      socket.on('error', () => connection.cut()).on('end', () => {
        connections.delete(connection)
        other.end()
      })
    }
  })

  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  const cut = (): void => { for (const connection of [...connections]) connection.cut() }
  t.teardown(() => {
    server.close()
    cut()
  })

  return {
    url: `postgres://${username}@127.0.0.1:${port}${pathname}`,
    cut,
    async refuse () {
      // not awaited: it ends only with the last connection
      server.close()
      await Promise.resolve()
    },
    accept: async () => await listen(port),
    moveTo (url) {
      target = url
      cut()
    },
    hold () { isHeld = true },
    release () {
      isHeld = false
      for (const connection of connections) connection.flush()
    },
    cutBefore: async (statement = writing) => await new Promise((resolve) => { before = { statement, happened: resolve } }),
    cutAfterCommit: async (statement = writing) => await new Promise((resolve) => { after = { statement, happened: resolve } })
  }
}
