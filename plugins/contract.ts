import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import type { TSchema } from '@sinclair/typebox'
import fp from 'fastify-plugin'
import { invalidRequest } from '../errors.js'
import { toHook } from '../routes/hooks.js'
import { answerError } from '../routes/http/envelope.js'
import { findLoss } from '../routes/http/json.js'
import { setCommonHeaders } from '../routes/http/request-ids.js'
import { compile } from '../schemas/validator.js'
import { bindRequestIds } from './request-log.js'

/**
 * Makes a scope speak the contract: its own JSON parser, validator, serializer, error answers, common headers and
 * ids in the log, whatever the host has. Only for an encapsulated scope.
 */
export const contractPlugin = fp(async (scope: FastifyInstance) => {
  bindRequestIds(scope)
  scope.addHook('onRequest', toHook(setCommonHeaders))

  scope.removeAllContentTypeParsers()
  const parseJson = scope.getDefaultJsonParser('error', 'error')
  scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (!isUtf8(body)) done(invalidRequest([{ target: '', message: 'the body must be UTF-8' }]))
    else if (body.length === 0) done(null, undefined)
    else {
      const text = body.toString('utf8')
      void parseJson(request, text, (error, value: unknown) => {
        const loss = error === null ? findLoss(text, value) : undefined
        done(loss === undefined ? error : invalidRequest([loss]), value)
      })
    }
  })

  scope.setValidatorCompiler<TSchema>(({ schema }) => {
    const validate = compile(schema)
    return (value) => {
      const issues = validate(value as unknown)
      return issues.length === 0 ? { value: value as unknown } : { error: invalidRequest(issues) }
    }
  })
  // answers are made as text; whatever else is sent here is plain JSON, not what a host's serializer makes of it
  scope.setSerializerCompiler(() => JSON.stringify)
  scope.setReplySerializer((payload) => typeof payload === 'string' ? payload : JSON.stringify(payload))

  scope.setErrorHandler(answerError)
}, { name: 'fastify-graph-operations-contract' })
