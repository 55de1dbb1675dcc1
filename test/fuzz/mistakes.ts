import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { invalidRequest } from '../../errors.js'

type Json = Record<string, any>

/** A mistake put into a server on purpose, and what is said of it. */
export interface Mistake {
  readonly name: string
  readonly said: RegExp
  readonly onRequest?: (request: FastifyRequest) => void
  /** Answers the body that goes out. */
  readonly onSend?: (request: FastifyRequest, reply: FastifyReply, body: string) => string
}

function isEntity (reply: FastifyReply, body: string): boolean {
  return reply.statusCode === 200 && body.startsWith('{') && body.includes('/$entity')
}

export const mistakes: readonly Mistake[] = [
  {
    name: 'a failure',
    said: /500 is a failure of the server/,
    onRequest ({ headers }) {
      if (headers['if-match'] === '*') throw new Error('secret')
    }
  },
  {
    name: 'a stack in a body',
    said: /the body tells a stack/,
    onSend: (_request, reply, body) => reply.statusCode === 400 ? body.replace('"message":"', `"message":${JSON.stringify(new Error('x').stack).slice(0, -1)}`) : body
  },
  {
    name: 'a required member that is missing',
    said: /the body is not as documented: .*required property 'id'/,
    onSend (_request, reply, body) {
      if (!isEntity(reply, body)) return body
      const { id: _id, ...rest } = JSON.parse(body) as Json
      return JSON.stringify(rest)
    }
  },
  {
    name: 'a member of another type',
    said: /the body is not as documented: .*status must be/,
    onSend: (_request, reply, body) => isEntity(reply, body) ? body.replace(/"status":"\w+"/, '"status":1') : body
  },
  {
    name: 'a status that is not documented',
    said: /202 is not documented for POST/,
    onSend (_request, reply, body) {
      if (reply.statusCode === 201) void reply.code(202)
      return body
    }
  },
  {
    name: 'a refusal of what is valid',
    said: /a valid request was refused with 400/,
    onRequest ({ headers }) {
      if (headers['prefer'] === 'return=minimal, respond-async') throw invalidRequest([{ target: 'Prefer', message: 'no' }])
    }
  },
  {
    name: 'a header that is missing',
    said: /client-request-id is undefined/,
    onSend (_request, reply, body) {
      if (reply.statusCode === 404) void reply.removeHeader('client-request-id')
      return body
    }
  },
  {
    name: 'another content type',
    said: /content-type is text\/html/,
    onSend (_request, reply, body) {
      if (reply.statusCode === 412) void reply.type('text/html')
      return body
    }
  }
]

/** Gives an application mistakes, one at a time. */
export function makeMistaken (): { readonly prepare: (app: FastifyInstance) => void, readonly make: (mistake: Mistake | undefined) => void } {
  let made: Mistake | undefined
  return {
    prepare (app) {
      app.addHook('onRequest', async (request) => { made?.onRequest?.(request) })
      app.addHook('onSend', async (request, reply, body) => typeof body === 'string' ? made?.onSend?.(request, reply, body) ?? body : body)
    },
    make (mistake) { made = mistake }
  }
}
