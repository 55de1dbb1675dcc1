import type { FastifyInstance } from 'fastify'
import type { InjectOptions, Response } from 'light-my-request'

type Query = Readonly<Record<string, string>>

/** What came back; `body` is there when it is JSON. */
export interface Answer {
  readonly status: number
  readonly headers: Response['headers']
  readonly text: string
  readonly body: any
}

/** Where a clause is tried: collections that no other clause uses, and how to ask them. */
export interface Place {
  readonly app: FastifyInstance
  /** The URL of a collection of onenoteOperations. */
  readonly notes: string
  /** The URL of a collection of commsOperations, which are open. */
  readonly calls: string
  readonly send: (method: NonNullable<InjectOptions['method']>, url: string, payload?: string | object, headers?: Query) => Promise<Answer>
  readonly get: (url: string, query?: Query, headers?: Query) => Promise<Answer>
  /** Creates operations one after the other; the answer is that of the last one. */
  readonly create: (url: string, ...operations: readonly object[]) => Promise<Answer>
  /** The ids that a query of a collection answers with, in their order, as one text. */
  readonly idsOf: (url: string, query?: Query) => Promise<string>
}

/** The place with this number in an application with the plugin at /v1.0. */
export function makePlace (app: FastifyInstance, number = 0): Place {
  const inject = async (options: InjectOptions): Promise<Answer> => {
    const { statusCode: status, headers, body: text } = await app.inject(options)
    const isJson = text !== '' && String(headers['content-type']).startsWith('application/json')
    return { status, headers, text, body: isJson ? JSON.parse(text) : undefined }
  }
  const send: Place['send'] = async (method, url, payload, headers = {}) => await inject({ method, url, headers, ...(payload !== undefined && { payload }) })
  const get: Place['get'] = async (url, query = {}, headers = {}) => await inject({ url, headers, ...(Object.keys(query).length > 0 && { query: { ...query } }) })
  return {
    app,
    notes: `/v1.0/sites/clause-${number}/onenote/operations`,
    calls: `/v1.0/communications/calls/clause-${number}/operations`,
    send,
    get,
    async create (url, ...operations) {
      const answers = []
      for (const operation of operations) answers.push(await send('POST', url, operation))
      return answers.at(-1) as Answer
    },
    async idsOf (url, query) {
      const { body } = await get(url, query)
      return (body.value as Array<{ id: string }>).map(({ id }) => id).join('')
    }
  }
}
