import { createServer } from 'node:http'
import Fastify from 'fastify'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { listen } from './announce.js'

/* This package as a host has it, and callers who need a token. */

export const tenant = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'

const audience = 'https://graph.microsoft.com'

/** Who makes tokens, and a token of the size that Entra's are. */
export async function startIssuer () {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...await exportJWK(publicKey), kid: 'a', alg: 'RS256', use: 'sig' }
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${server.address().port}/${tenant}/v2.0`

  /** The claims of an application's access token, version 2.0, in names and sizes. */
  const token = await new SignJWT({
    aio: 'E2NgYJgfcM5m2YzZdcfmT5sy9/ZlPXcyfu3cvPvSgsVWtvqFBYx5ORgA',
    azp: '7cc2e4d0-9a0c-41d3-8f89-0305e82c3301',
    azpacr: '1',
    idtyp: 'app',
    oid: '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d',
    rh: '0.AX0A4ARQP4lP00GaDAMF6CwzAdDkwnwMmtNBj4kDBegsMwF9AAA.',
    roles: ['Notes.ReadWrite.All', 'Notes.Read.All', 'Calls.Initiate.All', 'Calls.InitiateGroupCall.All', 'Calls.JoinGroupCall.All', 'Calls.AccessMedia.All'],
    sub: '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d',
    tid: tenant,
    uti: 'kT3BXcmVv0iOBlXEo2oTAA',
    ver: '2.0',
    wids: ['0997a1d0-0d1d-4acb-b408-d5ca73121e90'],
    xms_tcdt: 1_519_939_127
  }).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'a', x5t: 'kg2LYs2T0CTjIfj4rt6JIynen38' })
    .setIssuer(issuer).setAudience(audience).setIssuedAt().setNotBefore('0s').setExpirationTime('24h').sign(privateKey)
  return { token, issuer, audience, jwksUri: `${issuer}/keys` }
}

/** Registers the package as a host does, and listens; the port. */
export async function serveOperations ({ default: graphOperations, jwtAuth, recommendedServerOptions }, store, { issuer, audience, jwksUri }) {
  const app = Fastify({ ...recommendedServerOptions })
  await app.register(graphOperations, { prefix: '/v1.0', store, auth: jwtAuth({ issuer, audience, jwksUri }) })
  return await listen(app)
}
