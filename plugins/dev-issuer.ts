import { randomUUID } from 'node:crypto'
import type {} from '@fastify/swagger'
import { Type } from '@sinclair/typebox'
import type { Static } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { GraphError, invalidRequest } from '../errors.js'
import { sendError, toGraphError } from '../routes/http/envelope.js'
import { setCommonHeaders } from '../routes/http/request-ids.js'
import { ownerIdPattern } from '../schemas/owner-id.js'
import { compile } from '../schemas/validator.js'

/** What a token shall say; everything may be left out. */
const TokenRequest = Type.Object({
  tid: Type.Optional(Type.String({ pattern: ownerIdPattern, description: 'The tenant.' })),
  oid: Type.Optional(Type.String({ pattern: ownerIdPattern, description: 'The user or application.' })),
  scp: Type.Optional(Type.String({ maxLength: 4096, description: 'Delegated permissions, separated by spaces: the token is a user\'s.' })),
  roles: Type.Optional(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 50, description: 'Application permissions.' }))
}, { additionalProperties: false })
type TokenRequest = Static<typeof TokenRequest>

/** An issuer of tokens for one running server. */
export interface DevelopmentIssuer {
  readonly issuer: string
  readonly audience: string
  readonly jwks: JSONWebKeySet
  readonly sign: (request: TokenRequest) => Promise<string>
}

/** The permissions of a token that asks for none. */
const defaultRoles = ['Notes.ReadWrite.All', 'Calls.Initiate.All', 'Calls.InitiateGroupCall.All', 'Calls.JoinGroupCall.All', 'Calls.JoinGroupCallAsGuest.All', 'Calls.AccessMedia.All']

const defaultTenant = '72f988bf-0000-4000-8000-2d7cd011db47'
const lifetimeSeconds = 12 * 60 * 60
const tokenUrl = '/dev/token'
const loopbackHosts = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

/** An issuer whose key lives as long as the process. */
export async function makeDevelopmentIssuer (): Promise<DevelopmentIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const kid = randomUUID()
  const issuer = 'urn:fastify-graph-operations:development'
  const audience = 'fastify-graph-operations'
  return Object.freeze<DevelopmentIssuer>({
    issuer,
    audience,
    jwks: { keys: [{ ...await exportJWK(publicKey), kid, alg: 'ES256', use: 'sig' }] },
    sign: async ({ tid = defaultTenant, oid = randomUUID(), scp, roles }) =>
      await new SignJWT({ tid, oid, ...(scp !== undefined ? { scp } : { roles: roles ?? defaultRoles }) })
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' })
        .setIssuer(issuer).setAudience(audience).setIssuedAt().setExpirationTime(`${lifetimeSeconds}s`)
        .sign(privateKey)
  })
}

/**
 * `POST /dev/token`: a token for the asking, so for development only. It answers only requests that are
 * addressed to a loopback host, which a page of another site cannot make by rebinding a name.
 */
export const devIssuerPlugin = fp(async (app: FastifyInstance, { issuer }: { issuer: DevelopmentIssuer }) => {
  await app.register(async (scope) => {
    const validate = compile(TokenRequest)
    scope.addHook('onRequest', async (request, reply) => {
      setCommonHeaders(request, reply)
      // a page may say what it likes in X-Forwarded-Host, and not in Host
      if (![request.host, String(request.headers.host)].every((host) => loopbackHosts.test(host))) throw new GraphError('accessDenied', 'the development issuer answers loopback hosts only')
    })
    scope.setErrorHandler((error, request, reply) => sendError(toGraphError(error, request.routeOptions.bodyLimit), reply))
    scope.setValidatorCompiler(() => (given: unknown) => {
      const value = given ?? {}
      const issues = validate(value)
      return issues.length === 0 ? { value } : { error: invalidRequest(issues) }
    })
    scope.route<{ Body: TokenRequest }>({
      method: 'POST',
      url: tokenUrl,
      bodyLimit: 16_384,
      schema: {
        operationId: 'dev.token',
        tags: ['development'],
        summary: 'Get a token',
        description: 'A token of the development issuer. Without `scp` and `roles` it is an application token with every permission.',
        body: TokenRequest,
        security: [],
        response: {
          200: {
            description: 'The token.',
            type: 'object',
            properties: { access_token: { type: 'string' }, token_type: { type: 'string' }, expires_in: { type: 'integer' } },
            required: ['access_token', 'token_type', 'expires_in']
          },
          400: { description: 'The body asks for something a token cannot say.', type: 'object' },
          403: { description: 'The request is not addressed to a loopback host.', type: 'object' },
          413: { description: 'The body is larger than 16,384 bytes.', type: 'object' },
          415: { description: 'The body is not `application/json`.', type: 'object' }
        }
      },
      handler: async ({ body }) => ({ access_token: await issuer.sign(body), token_type: 'Bearer', expires_in: lifetimeSeconds })
    })
  })
}, { name: 'fastify-graph-operations-dev-issuer' })
