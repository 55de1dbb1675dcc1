import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** The answers of a server that are not wholly sent. */
export interface OpenAnswers {
  /** Whether some are made already and wait for their clients to take them. */
  readonly areWaiting: () => boolean
  /** Whether others are to follow on the same connection: their requests have arrived. */
  readonly haveCompany: (answer: ServerResponse) => boolean
}

export function followAnswers ({ server }: FastifyInstance): OpenAnswers {
  const open = new Set<ServerResponse>()
  server.prependListener('request', (_request: IncomingMessage, answer: ServerResponse) => {
    open.add(answer)
    answer.once('close', () => { open.delete(answer) })
  })
  return {
    areWaiting: () => [...open].some(({ writableEnded, writableFinished }) => writableEnded && !writableFinished),
    haveCompany: (answer) => [...open].some((other) => other !== answer && other.req.socket === answer.req.socket)
  }
}
