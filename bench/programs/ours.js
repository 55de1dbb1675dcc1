import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Fastify from 'fastify'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { announce, listen } from './announce.js'

/*
 * This package, as a host registers it: `ours.js DIST STORE PLACE` with the folder of the built package, the kind of
 * store, and the folder or URL of its data. Callers need a token, which is of the size that Entra's are.
 */

const [dist, kind, place] = process.argv.slice(2)
const { default: graphOperations, jwtAuth, memoryStore, postgresStore, recommendedServerOptions, sqliteStore } = await import(pathToFileURL(join(dist, 'index.js')).href)

const stores = {
  memory: () => memoryStore(),
  sqlite: async () => await sqliteStore({ file: join(mkdtempSync(join(place, 'ours-')), 'operations.db') }),
  postgres: async () => await postgresStore({ url: place })
}

const audience = 'https://graph.microsoft.com'
const tenant = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
const { publicKey, privateKey } = await generateKeyPair('RS256')
const jwk = { ...await exportJWK(publicKey), kid: 'a', alg: 'RS256', use: 'sig' }
const issuer = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] })))
await new Promise((resolve) => issuer.listen(0, '127.0.0.1', resolve))
const issuerUrl = `http://127.0.0.1:${issuer.address().port}/${tenant}/v2.0`

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
  .setIssuer(issuerUrl).setAudience(audience).setIssuedAt().setNotBefore('0s').setExpirationTime('24h').sign(privateKey)

const app = Fastify({ ...recommendedServerOptions })
await app.register(graphOperations, {
  prefix: '/v1.0',
  store: await stores[kind](),
  auth: jwtAuth({ issuer: issuerUrl, audience, jwksUri: `${issuerUrl}/keys` })
})

announce({ port: await listen(app), token })
