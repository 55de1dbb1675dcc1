import type { FastifyReply, onSendHookHandler, RouteHandlerMethod } from 'fastify'
import type { Handler } from './mount.js'

/** Answers that leave together at most, lest the first one waits long for the others. */
const mostTogether = 32

/** An answer that is ready, and what lets it leave. */
interface Ready {
  readonly reply: FastifyReply
  readonly leave: () => void
}

/** Has answers leave together. */
export interface AnswersTogether {
  /** A handler whose answer may wait, if it has one at once; one that comes later comes with others already. */
  readonly collect: (handle: Handler) => RouteHandlerMethod
  /** The hook of the same routes that answers wait in. */
  readonly onSend: onSendHookHandler
}

/**
 * Makes what has the answers of one turn of the event loop leave one after another at its end: whoever waits for them
 * on the same machine is woken for all of them, and not between any two requests.
 */
export function makeAnswersTogether (): AnswersTogether {
  let waiting: Ready[] = []
  let isHandling = false

  const leaveAll = (): void => {
    const all = waiting
    waiting = []
    for (const { reply, leave } of all) {
      try {
        leave()
      } catch (error) {
        // what the framework does with it where nothing waits: a header that a hook of the host added cannot be sent
        void reply.send(error)
      }
    }
  }

  return {
    collect: (handle) => (request, reply) => {
      isHandling = true
      try {
        const result = handle(request, reply)
        // it would be told that nothing is sent yet, and listen for it
        return result === reply ? undefined : result
      } finally {
        isHandling = false
      }
    },
    onSend (_request, reply, _payload, leave) {
      if (!isHandling) return leave()
      const count = waiting.push({ reply, leave })
      if (count === 1) setImmediate(leaveAll)
      if (count === mostTogether) leaveAll()
    }
  }
}
