import { createHmac, createPublicKey } from 'node:crypto'
import { createServer, request as httpRequest } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import Fastify from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { InjectOptions, Response } from 'light-my-request'
import { OAuth2Server } from 'oauth2-mock-server'
import type { Header, Payload } from 'oauth2-mock-server'
import t from 'tap'
import type { Test } from 'tap'
import graphOperations, { collections, GraphError, jwtAuth, memoryStore, recommendedServerOptions } from '../index.js'
import type { Authenticate, Authorize, GraphOperationsOptions, JwtAuthOptions, Principal } from '../index.js'
import { makeLocalKeys } from '../plugins/jwt/keys.js'
import { makeTokenCache } from '../plugins/jwt/token-cache.js'
import { makeApp } from './support/app.js'
import { as, fromHeader, tenant, user } from './support/callers.js'

const issuer = new OAuth2Server()
await issuer.start(0, '127.0.0.1')
t.teardown(async () => { await issuer.stop() })
const { keys } = issuer.issuer
await keys.generate('RS256', { kid: 'rsa' })
await keys.generate('ES256', { kid: 'ec' })
const iss = String(issuer.issuer.url)
const jwksUri = `http://127.0.0.1:${issuer.address().port}/jwks`

const audience = 'api://operations'
const personalTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'
const site = '/v1.0/sites/contoso/onenote/operations'
const calls = '/v1.0/communications/calls/57dab8b1/operations'

/** A token that is good but for what `change` does to it. */
async function sign (change: (payload: Payload, header: Header) => void = () => undefined, kid = 'rsa'): Promise<string> {
  return await issuer.issuer.buildToken({
    kid,
    scopesOrTransform (header, payload) {
      Object.assign(payload, { aud: audience, tid: tenant, oid: user, roles: ['Notes.ReadWrite.All'] })
      change(payload, header)
    }
  })
}

const drop = (...names: string[]) => (payload: Payload): void => {
  for (const name of names) Reflect.deleteProperty(payload, name)
}

const base64 = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const decode = (part: string | undefined): Record<string, unknown> => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, unknown>

const jwtOptions: JwtAuthOptions = { issuer: iss, audience, jwksUri }

async function ask (app: FastifyInstance, token: string, url = site): Promise<Response> {
  return await app.inject({ url, headers: { authorization: `Bearer ${token}` } })
}

/** Lets everybody with a principal in, and remembers it. */
function makeWitness (): { seen: Principal[], authorize: Authorize } {
  const seen: Principal[] = []
  return { seen, authorize: (principal) => seen.push(principal) > 0 }
}

/** Says what principal jwtAuth makes of a token. */
async function makeReader (t: Test, options: Partial<JwtAuthOptions> = {}): Promise<(token: string) => Promise<Principal | undefined>> {
  const { seen, authorize } = makeWitness()
  const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, ...options }), authorize })
  return async (token) => {
    const response = await ask(app, token)
    if (response.statusCode !== 200) throw new Error(response.body)
    return seen.pop()
  }
}

/** An HTTP server for keys, on this machine only. */
async function serveKeys (t: Test, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<{ jwksUri: string, readonly hits: number }> {
  let hits = 0
  const server = createServer((request, response) => {
    hits += 1
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { jwksUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`, get hits () { return hits } }
}

const sendKeys = (_request: IncomingMessage, response: ServerResponse): void => { response.end(JSON.stringify({ keys: keys.toJSON() })) }

/** An issuer that is away now and then. */
const sendKeysWhile = (isUp: () => boolean) => (request: IncomingMessage, response: ServerResponse): void => {
  if (isUp()) sendKeys(request, response)
  else response.writeHead(500).end()
}

/** What no two answers have in common, taken out. */
function envelopeOf (response: Response): unknown {
  const { error: { innerError, ...error } } = response.json<{ error: { innerError: Record<string, string> } }>()
  return { error, innerError: Object.keys(innerError).sort() }
}

const plainEnvelope = { error: { code: 'unauthenticated', message: 'a valid bearer token is required' }, innerError: ['client-request-id', 'date', 'request-id'] }

t.test('a token that is not good is 401 and not told why', async (t) => {
  const app = await makeApp(t, { auth: jwtAuth(jwtOptions) })
  const good = await sign()
  const [header = '', payload = '', signature = ''] = good.split('.')
  t.equal((await ask(app, good)).statusCode, 200, 'what the others differ from')

  const publicKey = createPublicKey({ key: keys.get('rsa')!, format: 'jwk' })
  const forge = (secret: string | Buffer): string => {
    const text = `${base64({ alg: 'HS256', typ: 'JWT', kid: 'rsa' })}.${payload}`
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  const attacker = await generateKeyPair('RS256')
  const signBy = async (header: Record<string, unknown>): Promise<string> =>
    await new SignJWT(decode(payload)).setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...header }).sign(attacker.privateKey)
  const now = Math.floor(Date.now() / 1_000)
  const reheaded = (header: unknown): string => `${base64(header)}.${payload}.${signature}`
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  // the last character of 256 bytes has four bits that no byte takes
  const respelt = signature.slice(0, -1) + String(alphabet[alphabet.indexOf(signature.slice(-1)) ^ 1])

  const strangers: Record<string, string> = {
    empty: '',
    'no scheme': good,
    'another scheme': `Basic ${good}`,
    'a scheme that begins alike': `Bearers ${good}`,
    'a tab after the scheme': `Bearer\t${good}`
  }
  for (const [name, authorization] of Object.entries(strangers)) {
    const response = await app.inject({ url: site, headers: { authorization } })
    t.strictSame([response.statusCode, response.headers['www-authenticate'], envelopeOf(response)], [401, 'Bearer', plainEnvelope], `${name}: no token was sent`)
  }
  const headers: Record<string, string> = {
    'no token': 'Bearer',
    'nothing after bearer': 'Bearer ',
    'two spaces': `Bearer  ${good}`,
    'a space after it': `Bearer ${good} `,
    'two tokens': `Bearer ${good}, Bearer ${good}`,
    'two tokens by a space': `Bearer ${good} ${good}`,
    'a token in quotes': `Bearer "${good}"`,
    'a long one': `Bearer ${header}.${payload}.${'a'.repeat(20_000)}`
  }
  const tokens: Record<string, string> = {
    'two segments': `${header}.${payload}`,
    'four segments': `${good}.${signature}`,
    'an empty signature': `${header}.${payload}.`,
    'an encrypted token': `${header}.a.b.c.d`,
    padding: `${header}=.${payload}==.${signature}=`,
    'a space inside': `${header}. ${payload}.${signature}`,
    'a space in a segment': `${header.slice(0, 5)} ${header.slice(5)}.${payload}.${signature}`,
    'a line break inside': `${header}.${payload}.\n${signature}`,
    'not base64url': `${header}.${payload}.${signature.slice(0, -2)}+/`,
    'alg none': `${base64({ alg: 'none', typ: 'JWT' })}.${payload}.`,
    'alg none with a signature': `${base64({ alg: 'none', typ: 'JWT' })}.${payload}.${signature}`,
    'alg None': `${base64({ alg: 'None', typ: 'JWT', kid: 'rsa' })}.${payload}.${signature}`,
    'no alg': `${base64({ typ: 'JWT', kid: 'rsa' })}.${payload}.${signature}`,
    'HS256 by the public key': forge(publicKey.export({ type: 'spki', format: 'pem' })),
    'HS256 by the public key in DER': forge(publicKey.export({ type: 'spki', format: 'der' })),
    'an embedded key': await signBy({ jwk: await exportJWK(attacker.publicKey) }),
    'an embedded key under a known id': await signBy({ kid: 'rsa', jwk: await exportJWK(attacker.publicKey) }),
    'a key of another key id': await signBy({ kid: 'rsa' }),
    'a key id of another kind': `${base64({ alg: 'ES256', typ: 'JWT', kid: 'rsa' })}.${payload}.${signature}`,
    'an unknown key id': await signBy({ kid: 'who' }),
    'no key id, of several keys': reheaded({ alg: 'RS256', typ: 'JWT' }),
    'a key id with a path': await signBy({ kid: '../../jwks' }),
    'a key id with SQL': await signBy({ kid: 'rsa\' OR 1=1--' }),
    'a key id that every object has': await signBy({ kid: '__proto__' }),
    'a URL of keys': await signBy({ kid: 'rsa', jku: 'http://127.0.0.1:1/jwks' }),
    'a URL of certificates': await signBy({ kid: 'rsa', x5u: 'http://127.0.0.1:1/x5u', x5c: ['MIIB'] }),
    'a list for alg': reheaded({ alg: ['RS256'], typ: 'JWT', kid: 'rsa' }),
    'alg in lower case': reheaded({ alg: 'rs256', typ: 'JWT', kid: 'rsa' }),
    'alg with a space': reheaded({ alg: 'none ', typ: 'JWT', kid: 'rsa' }),
    'RSA encryption for alg': reheaded({ alg: 'RSA-OAEP', typ: 'JWT', kid: 'rsa' }),
    'an unencoded payload': reheaded({ alg: 'RS256', typ: 'JWT', kid: 'rsa', b64: false, crit: ['b64'] }),
    'an empty list of critical headers': reheaded({ alg: 'RS256', typ: 'JWT', kid: 'rsa', crit: [] }),
    'a header that is a list': reheaded([{ alg: 'RS256' }]),
    'a header in UTF-16': `${Buffer.from('{"alg":"RS256"}', 'utf16le').toString('base64url')}.${payload}.${signature}`,
    'an empty header': `.${payload}.${signature}`,
    'an empty payload': `${header}..${signature}`,
    'another spelling of the signature': `${header}.${payload}.${respelt}`,
    'the signature of another token': `${header}.${payload}.${String((await sign((payload) => { payload['n'] = 1 })).split('.')[2])}`,
    'a key id that is no text': `${base64({ alg: 'RS256', typ: 'JWT', kid: 5 })}.${payload}.${signature}`,
    'an unknown critical header': `${base64({ alg: 'RS256', typ: 'JWT', kid: 'rsa', crit: ['x'], x: 1 })}.${payload}.${signature}`,
    'a header that is no object': `${base64('null')}.${payload}.${signature}`,
    'a header that is no JSON': `${base64('{')}.${payload}.${signature}`,
    'a payload that is no JSON': `${header}.${base64('{')}.${signature}`,
    'a tampered payload': `${header}.${base64({ ...decode(payload), roles: ['Notes.ReadWrite.All', 'Calls.Initiate.All'] })}.${signature}`,
    'a tampered signature': `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    'another issuer': await sign((payload) => { payload.iss = `${iss}/` }),
    'no issuer': await sign(drop('iss')),
    'a list of issuers': await sign((payload) => { payload.iss = [iss] as never }),
    'an issuer in upper case': await sign((payload) => { payload.iss = iss.toUpperCase() }),
    'an audience that begins alike': await sign((payload) => { payload['aud'] = `${audience}/x` }),
    'an empty list of audiences': await sign((payload) => { payload['aud'] = [] }),
    'an audience in a list in a list': await sign((payload) => { payload['aud'] = [[audience]] }),
    'an audience as an object': await sign((payload) => { payload['aud'] = { [audience]: true } }),
    'exp as a list': await sign((payload) => { payload.exp = [now + 60] as never }),
    'exp as null': await sign((payload) => { payload.exp = null as never }),
    'exp in the negative': await sign((payload) => { payload.exp = -1 }),
    'nbf as a text': await sign((payload) => { payload.nbf = '0' as never }),
    'tid as null': await sign((payload) => { payload['tid'] = null }),
    'tid with a slash': await sign((payload) => { payload['tid'] = 'a/b' }),
    'tid that climbs': await sign((payload) => { payload['tid'] = '..' }),
    'oid with a line break': await sign((payload) => { payload['oid'] = `${user}\n` }),
    'an empty oid': await sign((payload) => { payload['oid'] = '' }),
    'scp as a number': await sign((payload) => { payload['scp'] = 1 }),
    'scp as null': await sign((payload) => { payload['scp'] = null }),
    'roles as an object': await sign((payload) => { payload['roles'] = { 0: 'Notes.ReadWrite.All', length: 1 } }),
    'roles as null': await sign((payload) => { payload['roles'] = null }),
    'roles in a list in a list': await sign((payload) => { payload['roles'] = [['Notes.ReadWrite.All']] }),
    'another audience': await sign((payload) => { payload['aud'] = 'api://other' }),
    'no audience': await sign(drop('aud')),
    expired: await sign((payload) => { payload.exp = now - 40 }),
    'no exp': await sign(drop('exp')),
    'exp as a text': await sign((payload) => { payload.exp = String(now + 60) as never }),
    'nbf in the future': await sign((payload) => { payload.nbf = now + 60 }),
    'tid as a list': await sign((payload) => { payload['tid'] = [tenant] }),
    'tid as a number': await sign((payload) => { payload['tid'] = 1 }),
    'no tid': await sign(drop('tid')),
    'oid as an object': await sign((payload) => { payload['oid'] = { id: user } }),
    'no oid': await sign(drop('oid')),
    'no oid, but a sub': await sign((payload) => { drop('oid')(payload); payload['sub'] = user }),
    'another typ': await sign((_payload, header) => { header['typ'] = 'dpop+jwt' }),
    'an ID token\'s typ': await sign((_payload, header) => { header['typ'] = 'id_token' }),
    'typ as a number': `${base64({ alg: 'RS256', typ: 5, kid: 'rsa' })}.${payload}.${signature}`,
    'no typ': await sign((_payload, header) => { header['typ'] = undefined }),
    'scp as a list': await sign((payload) => { payload['scp'] = ['Notes.ReadWrite.All'] }),
    'roles as a text': await sign((payload) => { payload['roles'] = 'Notes.ReadWrite.All' }),
    'roles with a number': await sign((payload) => { payload['roles'] = ['Notes.ReadWrite.All', 1] })
  }
  for (const [name, token] of Object.entries(tokens)) headers[name] = `Bearer ${token}`
  for (const [name, authorization] of Object.entries(headers)) {
    const response = await app.inject({ url: site, headers: { authorization } })
    t.strictSame(
      [response.statusCode, response.headers['www-authenticate'], envelopeOf(response)],
      [401, 'Bearer error="invalid_token"', plainEnvelope], name)
  }
  t.ok(Object.keys(headers).length >= 60, `${Object.keys(headers).length} bad tokens`)
  const without = await app.inject(site)
  t.strictSame([without.statusCode, without.headers['www-authenticate'], envelopeOf(without)], [401, 'Bearer', plainEnvelope])
  t.equal((await ask(app, good)).statusCode, 200, 'the good one still is')
})

t.test('two Authorization headers are 401, whichever is good', async (t) => {
  const app = await makeApp(t, { auth: jwtAuth(jwtOptions) })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const statusOf = async (...authorization: string[]): Promise<[number | undefined, string | undefined]> => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({ port, host: '127.0.0.1', path: site, headers: ['host', `127.0.0.1:${port}`, ...authorization.flatMap((value) => ['Authorization', value])] as never }, resolve).on('error', reject).end()
    })
    answer.resume()
    return [answer.statusCode, answer.headers['www-authenticate']]
  }
  const good = `Bearer ${await sign()}`
  t.strictSame(await statusOf(good), [200, undefined])
  t.strictSame(await statusOf(good, 'Bearer a.b.c'), [401, 'Bearer error="invalid_token"'])
  t.strictSame(await statusOf('Bearer a.b.c', good), [401, 'Bearer error="invalid_token"'])
  t.strictSame(await statusOf(good, good), [401, 'Bearer error="invalid_token"'])
})

t.test('an issuer may be a template: each tenant has its own', async (t) => {
  const template = 'https://login.example/{tenantid}/v2.0'
  const own = (id: string) => (payload: Payload): void => { Object.assign(payload, { tid: id, iss: `https://login.example/${id}/v2.0` }) }
  const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, issuer: template }) })
  t.equal((await ask(app, await sign(own(tenant)))).statusCode, 200)
  t.equal((await ask(app, await sign(own('another')))).statusCode, 200)
  t.equal((await ask(app, await sign(own('$&')))).statusCode, 401, 'what cannot be a tenant')
  const wrong: Record<string, (payload: Payload) => void> = {
    'that of another tenant': (payload) => { own('another')(payload); payload['tid'] = tenant },
    'the template itself': (payload) => { payload.iss = template },
    'an issuer of nobody': (payload) => { payload.iss = 'https://login.example//v2.0' },
    'another host': (payload) => { payload.iss = `https://login.example.evil/${tenant}/v2.0` },
    'another path': (payload) => { payload.iss = `https://login.example/x/${tenant}/v2.0` }
  }
  for (const [name, change] of Object.entries(wrong)) t.equal((await ask(app, await sign(change))).statusCode, 401, name)
  const renamed = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, issuer: template, claims: { tenant: 'org' } }) })
  t.equal((await ask(renamed, await sign((payload) => { own('another')(payload); payload['org'] = 'another' }))).statusCode, 200, 'the tenant is what the claim says it is')
})

t.test('a key that is for one issuer signs for no other', async (t) => {
  const keysFor = (issuer?: string, kid?: string): JwtAuthOptions['jwks'] => ({
    keys: keys.toJSON().filter(({ kid }) => kid === 'rsa').map((key) => ({ ...key, kid, issuer }) as never)
  })
  const template = `${iss}/{tenantid}`
  const token = await sign((payload) => { payload.iss = `${iss}/${tenant}` })
  const nameless = await sign((payload, header) => { payload.iss = `${iss}/${tenant}`; header['kid'] = undefined as never })
  const statusOf = async (jwks: JwtAuthOptions['jwks'], token: string): Promise<number> =>
    (await ask(await makeApp(t, { auth: jwtAuth({ issuer: template, audience, jwks: jwks! }) }), token)).statusCode
  t.equal(await statusOf(keysFor(undefined, 'rsa'), token), 200)
  t.equal(await statusOf(keysFor(template, 'rsa'), token), 200)
  t.equal(await statusOf(keysFor(`${iss}/${tenant}`, 'rsa'), token), 200)
  t.equal(await statusOf(keysFor(`${iss}/${personalTenant}`, 'rsa'), token), 401)
  t.equal(await statusOf(keysFor(template, 'rsa'), nameless), 200, 'the only key there is')
  t.equal(await statusOf(keysFor(`${iss}/${personalTenant}`, 'rsa'), nameless), 401)
})

t.test('a tenant that cannot be one is 401', async (t) => {
  const app = await makeApp(t, { auth: jwtAuth(jwtOptions) })
  for (const tid of ['', 'a/b', 'a b', 'x'.repeat(257)]) {
    const response = await ask(app, await sign((payload) => { payload['tid'] = tid }))
    t.equal(response.statusCode, 401, tid)
    t.match(response.headers['www-authenticate'], /^Bearer/)
  }
})

t.test('the variants of a good token are taken', async (t) => {
  const now = Math.floor(Date.now() / 1_000)
  const cases: Record<string, [token: string, options?: object | undefined, scheme?: string]> = {
    RS256: [await sign()],
    ES256: [await sign(undefined, 'ec')],
    'at+jwt': [await sign((_payload, header) => { header['typ'] = 'at+jwt' })],
    'typ in another case': [await sign((_payload, header) => { header['typ'] = 'AT+JWT' })],
    'a typ of the host\'s': [await sign((_payload, header) => { header['typ'] = 'application/at+jwt' }), { typ: ['Application/at+JWT'] }],
    'bearer in lower case': [await sign(), undefined, 'bearer'],
    'BEARER in upper case': [await sign(), undefined, 'BEARER'],
    'one of several issuers': [await sign(), { issuer: ['https://other.example', iss] }],
    'one of several audiences': [await sign(), { audience: ['other', audience] }],
    'an audience list': [await sign((payload) => { payload['aud'] = ['other', audience] })],
    'a clock 20 s behind': [await sign((payload) => { payload.exp = now - 20 })],
    'a clock 20 s ahead': [await sign((payload) => { payload.nbf = now + 20 })],
    'a clock as far off as the host says': [await sign((payload) => { payload.exp = now - 200 }), { clockToleranceSeconds: 300 }],
    'keys that are given': [await sign(), { jwksUri: undefined, jwks: { keys: keys.toJSON() } }]
  }
  const usual = await makeApp(t, { auth: jwtAuth(jwtOptions) })
  for (const [name, [token, options, scheme = 'Bearer']] of Object.entries(cases)) {
    const app = options === undefined ? usual : await makeApp(t, { auth: jwtAuth(Object.assign({}, jwtOptions, options)) })
    t.equal((await app.inject({ url: site, headers: { authorization: `${scheme} ${token}` } })).statusCode, 200, name)
  }
  const strict = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, clockToleranceSeconds: 0, typ: ['at+jwt'] }) })
  t.equal((await ask(strict, await sign())).statusCode, 401, 'JWT where only at+jwt is wanted')
  t.equal((await ask(strict, await sign((payload, header) => { payload.exp = now - 5; header['typ'] = 'at+jwt' }))).statusCode, 401, 'no tolerance')
  t.equal((await ask(strict, await sign((_payload, header) => { header['typ'] = 'at+jwt' }))).statusCode, 200)
})

t.test('claims become the principal', async (t) => {
  const principalOf = await makeReader(t)
  t.strictSame(await principalOf(await sign()), { tenant, subject: user, aliases: [], roles: ['Notes.ReadWrite.All'], personal: false })
  t.strictSame(
    await principalOf(await sign((payload) => { Object.assign(payload, { scp: 'Notes.Read User.Read', upn: 'adele@contoso.com', preferred_username: 'Adele@Contoso.com' }) })),
    { tenant, subject: user, aliases: ['adele@contoso.com', 'Adele@Contoso.com'], scopes: ['Notes.Read', 'User.Read'], personal: false },
    'the roles of a user are not permissions of the application')
  t.strictSame(
    await principalOf(await sign((payload) => { Object.assign(payload, { upn: 'no good/name', preferred_username: ['a'] }) })),
    { tenant, subject: user, aliases: [], roles: ['Notes.ReadWrite.All'], personal: false }, 'names that cannot be one are left out')
  t.strictSame(await principalOf(await sign(drop('roles'))), { tenant, subject: user, aliases: [], personal: false }, 'neither scopes nor roles')
  t.match(await principalOf(await sign((payload) => { payload['tid'] = personalTenant })), { tenant: personalTenant, personal: true })
  const claims = { tenant: 'org', subject: 'uid', aliases: ['email'], scopes: 'scope', roles: 'groups' }
  t.strictSame(
    await (await makeReader(t, { claims }))(await sign((payload) => { drop('tid', 'oid', 'roles')(payload); Object.assign(payload, { org: 'o1', uid: 'u1', email: 'a@b.c', upn: 'not@this.one', groups: ['g'] }) })),
    { tenant: 'o1', subject: 'u1', aliases: ['a@b.c'], roles: ['g'], personal: false })
  t.match(await (await makeReader(t, { claims: { subject: 'uid' } }))(await sign((payload) => { payload['uid'] = 'u1' })), { tenant, subject: 'u1' }, 'the others keep their names')
  const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, claims }) })
  t.equal((await ask(app, await sign())).statusCode, 401, 'tid and oid are not asked for, org and uid are')
})

t.test('a token says what its caller may do', async (t) => {
  const app = await makeApp(t, { auth: jwtAuth(jwtOptions) })
  const delegated = await sign((payload) => { payload['scp'] = 'Notes.Read'; payload['upn'] = 'adele@contoso.com' })
  t.equal((await ask(app, delegated, '/v1.0/me/onenote/operations')).statusCode, 200)
  t.equal((await ask(app, delegated, '/v1.0/users/ADELE@contoso.com/onenote/operations')).statusCode, 200)
  t.equal((await ask(app, delegated, site)).statusCode, 403)
  t.equal((await ask(app, delegated, calls)).statusCode, 403)
  t.equal((await ask(app, await sign(), calls)).statusCode, 403)
  t.equal((await ask(app, await sign((payload) => { payload['roles'] = ['Calls.AccessMedia.All'] }), calls)).statusCode, 200)
  t.equal((await ask(app, await sign((payload) => { payload['scp'] = '' }), site)).statusCode, 403, 'no scope is no application token')
  t.equal((await ask(app, await sign(drop('roles')), site)).statusCode, 403)
  const personal = await sign((payload) => { Object.assign(payload, { tid: personalTenant, scp: 'Notes.Read.All' }) })
  t.equal((await ask(app, personal, '/v1.0/me/onenote/operations')).statusCode, 403, 'not a permission of personal accounts')
})

t.test('keys that cannot be had are 503', async (t) => {
  const closed = await serveKeys(t, sendKeys)
  const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
    'an error': (_request, response) => { response.writeHead(500).end() },
    'not found': (_request, response) => { response.writeHead(404).end('{}') },
    'not JSON': (_request, response) => { response.end('<html>') },
    'JSON that is no key set': (_request, response) => { response.end('{}') },
    'a cut connection': ({ socket }) => { socket.destroy() }
  }
  const uris: Record<string, string> = { 'nobody there': closed.jwksUri.replace(/:\d+/, ':1') }
  for (const [name, answer] of Object.entries(answers)) uris[name] = (await serveKeys(t, answer)).jwksUri
  for (const [name, jwksUri] of Object.entries(uris)) {
    const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, jwksUri }) })
    const response = await ask(app, await sign())
    t.strictSame([response.statusCode, response.headers['www-authenticate']], [503, undefined], name)
    t.match(response.headers['retry-after'], /^[1-9]\d?$/)
    t.match(envelopeOf(response), { error: { code: 'serviceNotAvailable', message: 'the service is not available; try again later' } })
    t.equal((await app.inject(site)).statusCode, 401, 'without a token no key is needed')
  }
})

t.test('keys that do not come are 503 too, and a dead issuer is left alone for a while', async (t) => {
  const hanging = await serveKeys(t, () => undefined)
  const slow = makeApp(t, { auth: jwtAuth({ ...jwtOptions, jwksUri: hanging.jwksUri }) }).then(async (app) => await ask(app, await sign()))

  let isUp = false
  const source = await serveKeys(t, sendKeysWhile(() => isUp))
  const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, jwksUri: source.jwksUri }) })
  const token = await sign()
  const answers: Response[] = []
  for (let n = 0; n < 10; n += 1) answers.push(await ask(app, token))
  t.ok(answers.every(({ statusCode }) => statusCode === 503))
  t.equal(source.hits, 1, 'asked once, not once per request')
  isUp = true
  await delay(Number(answers.at(-1)?.headers['retry-after']) * 1_000 + 100)
  t.equal((await ask(app, token)).statusCode, 200, 'good again after Retry-After')
  t.equal((await slow).statusCode, 503, 'a hanging issuer')
})

t.test('keys are fetched once, and not for every unknown key id', async (t) => {
  const source = await serveKeys(t, (request, response) => { setTimeout(() => { sendKeys(request, response) }, 20) })
  const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, jwksUri: source.jwksUri }) })
  const token = await sign()
  const cold = await Promise.all(Array.from({ length: 50 }, async () => await ask(app, token)))
  t.ok(cold.every(({ statusCode }) => statusCode === 200))
  t.equal(source.hits, 1)
  const { privateKey } = await generateKeyPair('RS256')
  for (let n = 0; n < 10; n += 1) {
    const unknown = await new SignJWT(decode(token.split('.')[1])).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: `unknown-${n}` }).sign(privateKey)
    t.equal((await ask(app, unknown)).statusCode, 401)
  }
  t.equal(source.hits, 1)
})

t.test('a token is not refused because its issuer is down, once its key is here', async (t) => {
  let isUp = true
  const source = await serveKeys(t, sendKeysWhile(() => isUp))
  const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, jwksUri: source.jwksUri }) })
  const token = await sign()
  const { privateKey } = await generateKeyPair('RS256')
  const unknown = await new SignJWT(decode(token.split('.')[1])).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'unknown' }).sign(privateKey)
  t.equal((await ask(app, token)).statusCode, 200)
  isUp = false
  const now = Date.now
  let ahead = 0
  t.intercept(Date, 'now', { value: () => now() + ahead })

  ahead = 11_000
  t.match((await ask(app, unknown)).statusCode, /^(?:401|503)$/, 'an unknown key id, after the cooldown')
  t.equal(source.hits, 2)
  for (let n = 0; n < 3; n += 1) {
    t.equal((await ask(app, token)).statusCode, 200)
    t.match((await ask(app, unknown)).statusCode, /^(?:401|503)$/)
  }
  t.equal(source.hits, 2, 'the issuer is left alone')

  ahead = 660_000
  t.equal((await ask(app, token)).statusCode, 200, 'keys older than their time are better than none')
  await delay(100)
  t.equal((await ask(app, token)).statusCode, 200)
  t.equal(source.hits, 3)
})

t.test('keys that come and go are seen within 30 s, tokens verified before included', async (t) => {
  const rotated = await generateKeyPair('RS256')
  const newKey = { ...await exportJWK(rotated.publicKey), kid: 'new', alg: 'RS256' }
  let published: unknown[] = keys.toJSON()
  const source = await serveKeys(t, (_request, response) => { response.end(JSON.stringify({ keys: published })) })
  const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, jwksUri: source.jwksUri }) })
  const old = await sign()
  const another = await sign((payload) => { payload['n'] = 1 })
  const fresh = await new SignJWT(decode(old.split('.')[1])).setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'new' }).sign(rotated.privateKey)
  const now = Date.now
  let ahead = 0
  t.intercept(Date, 'now', { value: () => now() + ahead })
  t.equal((await ask(app, old)).statusCode, 200)
  t.equal((await ask(app, fresh)).statusCode, 401, 'not there yet')
  published = [newKey]
  ahead = 11_000
  t.equal((await ask(app, fresh)).statusCode, 200, 'a new key is looked for after the cooldown')
  t.equal((await ask(app, old)).statusCode, 401, 'and what was verified by one that went is refused')
  t.equal(source.hits, 2)

  published = [newKey, ...keys.toJSON()]
  ahead += 16_000
  t.equal((await ask(app, fresh)).statusCode, 200, 'known, while keys are looked for in the background')
  await delay(100)
  t.equal(source.hits, 3)
  t.equal((await ask(app, old)).statusCode, 200)
  published = [newKey]
  ahead += 16_000
  t.equal((await ask(app, old)).statusCode, 200)
  await delay(100)
  t.equal((await ask(app, old)).statusCode, 401, 'the background sees what goes, too')
  published = keys.toJSON()
  ahead += 31_000
  t.equal((await ask(app, another)).statusCode, 200, 'after a quiet while keys are waited for')
  t.equal(source.hits, 5)

  published = [newKey]
  ahead += 120_000
  const late = await Promise.all(Array.from({ length: 5 }, async () => await ask(app, another)))
  t.ok(late.every(({ statusCode }) => statusCode === 401), 'by the first ones too, though they were verified before')
  t.equal(source.hits, 6)
})

t.test('an issuer that failed long ago is asked again before its keys are believed', async (t) => {
  let isUp = true
  let published: unknown[] = keys.toJSON()
  const source = await serveKeys(t, (_request, response) => {
    if (isUp) response.end(JSON.stringify({ keys: published }))
    else response.writeHead(500).end()
  })
  const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, jwksUri: source.jwksUri }) })
  const [token, another] = [await sign(), await sign((payload) => { payload['n'] = 1 })]
  const now = Date.now
  let ahead = 0
  t.intercept(Date, 'now', { value: () => now() + ahead })
  t.equal((await ask(app, token)).statusCode, 200)
  isUp = false
  ahead = 40_000
  t.equal((await ask(app, token)).statusCode, 200, 'it is away')
  isUp = true
  published = []
  ahead += 36_000_000
  t.equal((await ask(app, another)).statusCode, 401)
  t.equal((await ask(app, token)).statusCode, 401)
})

t.test('keys nobody vouches for are given up after a day', async (t) => {
  let isUp = true
  const source = await serveKeys(t, sendKeysWhile(() => isUp))
  const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, jwksUri: source.jwksUri, cachedTokens: 0 }) })
  const now = Date.now
  let ahead = 0
  t.intercept(Date, 'now', { value: () => now() + ahead })
  const statusOf = async (): Promise<number> => (await ask(app, await sign((payload) => { payload.exp = Math.floor(Date.now() / 1_000) + 60; payload.nbf = 0 }))).statusCode
  t.equal(await statusOf(), 200)
  isUp = false
  ahead = 23 * 3_600_000
  t.equal(await statusOf(), 200)
  ahead = 25 * 3_600_000
  t.equal(await statusOf(), 503)
  t.equal(await statusOf(), 503)
  isUp = true
  ahead += 6_000
  t.equal(await statusOf(), 200)
})

t.test('a token that was verified does not outlive what nobody vouches for', async (t) => {
  let isUp = true
  const source = await serveKeys(t, sendKeysWhile(() => isUp))
  const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, jwksUri: source.jwksUri }) })
  const now = Date.now
  let ahead = 0
  t.intercept(Date, 'now', { value: () => now() + ahead })
  const token = await sign((payload) => { payload.exp = Math.floor(now() / 1_000) + 40 * 3_600 })
  t.equal((await ask(app, token)).statusCode, 200)
  isUp = false
  ahead = 23 * 3_600_000
  t.equal((await ask(app, token)).statusCode, 200)
  ahead = 25 * 3_600_000
  t.equal((await ask(app, token)).statusCode, 503)
})

t.test('a key that goes while it is used signs for nobody', async (t) => {
  const known = makeLocalKeys({ keys: [{ kty: 'oct', kid: 'a', issuer: 'https://login.example/{tenantid}' }, { kty: 'oct', kid: 'b' }] as never })
  t.equal(known.isOfIssuer('a', 'https://login.example/t', 't'), true)
  t.equal(known.isOfIssuer('a', 'https://login.example/t', 'u'), false)
  t.equal(known.isOfIssuer('b', 'https://other.example', 't'), true)
  t.equal(await known.refresh(), true, 'keys that are given stay')
  t.equal(known.isOfIssuer('gone', 'https://login.example/t', 't'), false)
})

t.test('a token is verified once, until it ends', async (t) => {
  const { seen, authorize } = makeWitness()
  const app = await makeApp(t, { auth: jwtAuth({ ...jwtOptions, clockToleranceSeconds: 0 }), authorize })
  const ends = Math.floor(Date.now() / 1_000) + 4
  const token = await sign((payload) => { payload.exp = ends })
  for (let n = 0; n < 3; n += 1) t.equal((await ask(app, token)).statusCode, 200)
  t.equal(new Set(seen).size, 1, 'one principal, not three alike')
  const [head, payload, signature = ''] = token.split('.')
  for (const forged of [`${head}.${payload}.${signature.slice(0, -6)}AAAAAA`, `${head}.${base64({ ...decode(payload), oid: `${user}0` })}.${signature}`, `${base64({ ...decode(head), x: 1 })}.${payload}.${signature}`]) {
    t.equal((await ask(app, forged)).statusCode, 401, 'a part of a token is not the token')
  }
  await delay(ends * 1_000 - Date.now() + 10)
  t.equal((await ask(app, token)).statusCode, 401)
  t.equal((await ask(app, token)).statusCode, 401)
})

t.test('a token whose keys went while it was verified is not remembered', async (t) => {
  const cache = makeTokenCache(10)
  const principal = { tenant, subject: user }
  const keep = cache.begin('a.b.c')
  cache.clear()
  keep(principal, Date.now() + 60_000)
  t.equal(cache.find('a.b.c', {}), undefined)
  cache.begin('a.b.c')(principal, Date.now() + 60_000)
  t.equal(cache.find('a.b.c', {}), principal)
})

t.test('a connection is known by the whole of its token, while the token lasts and the keys stay', async (t) => {
  const cache = makeTokenCache(10)
  const principals = [{ tenant, subject: 'a' }, { tenant, subject: 'b' }] as const
  const until = Date.now() + 60_000
  cache.begin('a.b.c')(principals[0], until)
  cache.begin('a.b.d')(principals[1], until)
  const connection = {}
  for (const [token, expected] of [['a.b.c', principals[0]], ['a.b.c', principals[0]], ['a.b.d', principals[1]], ['a.b.c', principals[0]], ['a.b.C', undefined], ['a.b', undefined], ['a.b.c', principals[0]]] as const) {
    t.equal(cache.find(token, connection), expected, token)
  }
  cache.clear()
  t.equal(cache.find('a.b.c', connection), undefined, 'nothing is left of keys that are gone')
  cache.begin('a.b.c')(principals[0], Date.now() + 50)
  t.equal(cache.find('a.b.c', connection), principals[0])
  await delay(60)
  t.equal(cache.find('a.b.c', connection), undefined, 'nor of a token that is over')
})

t.test('no more tokens are remembered than may be, those in use before others', async (t) => {
  const cache = makeTokenCache(100)
  const until = Date.now() + 60_000
  const token = (n: number): string => `a.${n}.c`
  const principals = Array.from({ length: 1_000 }, (_, n) => ({ tenant, subject: `s${n}` }))
  for (const [n, principal] of principals.entries()) {
    cache.begin(token(n))(principal, until)
    t.equal(cache.find(token(0), {}), principals[0], 'one that is asked for again and again stays')
  }
  const kept = principals.filter((principal, n) => cache.find(token(n), {}) === principal).length
  t.ok(kept <= 101 && kept >= 50, `${kept} of 1,000`)
  const none = makeTokenCache(0)
  none.begin(token(0))(principals[0]!, until)
  t.equal(none.find(token(0), {}), undefined)
})

t.test('mistakes in the options of jwtAuth fail at once', async (t) => {
  const mistakes: Record<string, object> = {
    'no issuer': { issuer: '' },
    'an empty list of issuers': { issuer: [] },
    'no audience': { audience: '' },
    'an empty list of audiences': { audience: [] },
    'issuer left out': { issuer: undefined },
    'audience left out': { audience: undefined },
    'no keys': { jwksUri: undefined },
    'keys twice': { jwks: { keys: [] } },
    'keys at no URL': { jwksUri: '/keys' },
    'a negative tolerance': { clockToleranceSeconds: -1 },
    'a tolerance of hours': { clockToleranceSeconds: 301 },
    'a tolerance that is no number': { clockToleranceSeconds: Number.NaN },
    'an option there is not': { clockTolerance: 5 },
    'a negative number of tokens': { cachedTokens: -1 },
    'half a token': { cachedTokens: 0.5 }
  }
  for (const [name, mistake] of Object.entries(mistakes)) {
    t.throws(() => jwtAuth({ ...jwtOptions, ...mistake }), { code: 'OPS_ERR_OPTION' }, name)
  }
})

/** An application whose log can be read. */
async function makeLogged (t: Test, options: Partial<GraphOperationsOptions>): Promise<{ app: FastifyInstance, log: Array<Record<string, unknown>> }> {
  const log: Array<Record<string, unknown>> = []
  const stream = { write: (line: string) => { log.push(JSON.parse(line) as Record<string, unknown>) } }
  const app = Fastify({ ...recommendedServerOptions, logger: { level: 'warn', stream } })
  t.teardown(async () => { await app.close() })
  await app.register(graphOperations, { prefix: '/v1.0', store: memoryStore(), auth: 'none', ...options })
  await app.ready()
  return { app, log }
}

t.test('a host\'s own function says who calls', async (t) => {
  const principal: Principal = { tenant: 'acme', subject: 'ada', scopes: ['Notes.ReadWrite'] }
  const asked: FastifyRequest[] = []
  const functions: Record<string, Authenticate> = {
    'at once': (request) => { asked.push(request); return principal },
    'after a while': async () => { await delay(1); return principal }
  }
  for (const [name, auth] of Object.entries(functions)) {
    const app = await makeApp(t, { auth })
    t.equal((await app.inject('/v1.0/me/onenote/operations')).statusCode, 200, name)
    t.equal((await app.inject('/v1.0/users/ada/onenote/operations')).statusCode, 200)
    t.equal((await app.inject('/v1.0/users/bob/onenote/operations')).statusCode, 403)
  }
  t.strictSame(asked.map(({ url }) => url), ['/v1.0/me/onenote/operations', '/v1.0/users/ada/onenote/operations', '/v1.0/users/bob/onenote/operations'])

  const nobody: Record<string, Authenticate> = { null: () => null, undefined: () => undefined, 'null later': async () => null }
  for (const [name, auth] of Object.entries(nobody)) {
    const { app, log } = await makeLogged(t, { auth })
    const response = await app.inject(site)
    t.strictSame([response.statusCode, response.headers['www-authenticate'], envelopeOf(response)], [401, 'Bearer', plainEnvelope], name)
    t.strictSame(log, [], 'which is nothing to warn of')
  }
})

t.test('a host\'s own function may throw', async (t) => {
  const thrown = new GraphError('serviceNotAvailable', 'the directory is down', { headers: { 'retry-after': '7' } })
  for (const auth of [() => { throw thrown }, async () => await Promise.reject(thrown)]) {
    const response = await (await makeApp(t, { auth })).inject(site)
    t.strictSame([response.statusCode, response.headers['retry-after']], [503, '7'])
    t.match(response.json(), { error: { code: 'serviceNotAvailable', message: 'the directory is down' } })
  }
  const secret = new Error('password of the directory: 1234')
  for (const auth of [() => { throw secret }, async () => await Promise.reject(secret)]) {
    const { app, log } = await makeLogged(t, { auth })
    const response = await app.inject(site)
    t.equal(response.statusCode, 500)
    t.match(envelopeOf(response), { error: { code: 'generalException', message: 'the service could not answer' } })
    t.notMatch(response.body, /1234/)
    t.match(log, [{ level: 50, err: { message: /1234/ } }], 'the log has it')
  }
})

t.test('a principal that cannot be used is 401 and a warning', async (t) => {
  const good = { tenant: 'acme', subject: 'ada', roles: ['Notes.ReadWrite.All'] }
  const principals: Record<string, unknown> = {
    'a text': 'ada',
    true: true,
    'no tenant': { subject: 'ada' },
    'no subject': { tenant: 'acme' },
    'an empty tenant': { ...good, tenant: '' },
    'a slash in the tenant': { ...good, tenant: 'a/b' },
    'a long tenant': { ...good, tenant: 'x'.repeat(257) },
    'a line break in the subject': { ...good, subject: 'ada\n' },
    'NUL in the subject': { ...good, subject: 'ada\0' },
    'a number as subject': { ...good, subject: 5 },
    'a space in an alias': { ...good, aliases: ['ada', 'a da'] },
    'aliases as a text': { ...good, aliases: 'ada' },
    'scopes as a text': { ...good, scopes: 'Notes.ReadWrite.All' },
    'roles with a number': { ...good, roles: [1] },
    'personal as a text': { ...good, personal: 'yes' }
  }
  const { seen, authorize } = makeWitness()
  let current: unknown
  const { app, log } = await makeLogged(t, { auth: () => current as Principal, authorize })
  for (const [name, principal] of Object.entries(principals)) {
    log.length = 0
    current = principal
    const response = await app.inject(site)
    t.strictSame([response.statusCode, envelopeOf(response)], [401, plainEnvelope], name)
    t.match(response.headers['www-authenticate'], /^Bearer/)
    t.match(log, [{ level: 40, msg: 'the principal cannot be used', issues: [{ message: String }] }])
    t.strictSame(seen, [], 'and asks for no decision')
  }
  log.length = 0
  current = { ...good, department: 'engines' }
  t.equal((await app.inject(site)).statusCode, 200, 'members of the host\'s own are fine')
  t.strictSame(log, [])
})

t.test('the literal none lets everybody in', async (t) => {
  const app = await makeApp(t, { auth: 'none' })
  for (const { path } of collections) t.equal((await app.inject(`/v1.0${path.replaceAll(/\{\w+\}/g, 'x')}`)).statusCode, 200, path)
  t.equal((await app.inject({ method: 'POST', url: '/v1.0/me/onenote/operations', payload: { id: 'a' }, headers: { authorization: 'Bearer nonsense' } })).statusCode, 201)
  t.equal((await app.inject('/v1.0/users/local/onenote/operations/a')).statusCode, 200)
  t.match(await app.operationStore.find({ tenant: 'local', owner: 'users/local', id: 'a' }), { id: 'a' })

  const { seen, authorize } = makeWitness()
  const decided = await makeApp(t, { auth: 'none', authorize: async (...decision) => await authorize(...decision) && decision[1] === 'list' })
  t.equal((await decided.inject(site)).statusCode, 200)
  t.equal((await decided.inject(`${site}/x`)).statusCode, 403)
  t.match(seen, [{ tenant: 'local', subject: 'local' }, { tenant: 'local', subject: 'local' }])
})

t.test('auth is required', async (t) => {
  for (const auth of [undefined, null, 'None', {}, true]) {
    const app = Fastify({ ...recommendedServerOptions })
    await t.rejects(async () => { await app.register(graphOperations, { store: memoryStore(), auth: auth as never }) }, { code: 'OPS_ERR_OPTION' }, JSON.stringify(auth))
  }
})

t.test('the checks come in their order', async (t) => {
  const app = await makeApp(t, { auth: fromHeader })
  const reader = as({ roles: ['Notes.Read.All'] })
  const writer = as({ roles: ['Notes.ReadWrite.All'] })
  const big = JSON.stringify({ clientContext: 'x'.repeat(70_000) })
  const json = { 'content-type': 'application/json' }
  const statusOf = async (request: InjectOptions): Promise<number> => (await app.inject(request)).statusCode

  const badBodies = [{ headers: { 'content-type': 'text/plain' }, payload: 'x' }, { headers: json, payload: big }, { headers: json, payload: '{' }, { headers: json, payload: '{"status":5}' }]
  t.equal(await statusOf({ method: 'PUT', url: '/v1.0/nothing' }), 404, '404 for no route')
  for (const { headers, payload } of badBodies) {
    t.equal(await statusOf({ method: 'PUT', url: `${site}/x`, headers, payload }), 405, '405 before 401')
    t.equal(await statusOf({ method: 'PUT', url: `${site}/x`, headers: { ...headers, ...reader }, payload }), 405, '405 before 403')
    t.equal(await statusOf({ method: 'PATCH', url: `${site}/x`, headers, payload }), 401, '401 before the body is looked at')
    t.equal(await statusOf({ method: 'PATCH', url: `${site}/x`, headers: { ...headers, ...reader }, payload }), 403, '403 before the body is looked at')
  }
  t.equal(await statusOf({ method: 'GET', url: `${site}?$nonsense=1` }), 401, '401 before 400')
  t.equal(await statusOf({ method: 'GET', url: '/v1.0/sites/a%20b/onenote/operations' }), 401)
  t.equal(await statusOf({ method: 'GET', url: `${site}?$nonsense=1`, headers: as({ roles: [] }) }), 403, '403 before 400')
  t.equal(await statusOf({ method: 'GET', url: `${site}/${'x'.repeat(200)}`, headers: as({ roles: [] }) }), 403)
  t.equal(await statusOf({ method: 'PATCH', url: `${site}/x?$nonsense=1`, headers: { 'content-type': 'text/plain', ...writer }, payload: 'x' }), 415, '415 before 400')
  t.equal(await statusOf({ method: 'PATCH', url: `${site}/x?$nonsense=1`, headers: { ...json, ...writer }, payload: big }), 413, '413 before 400')
  t.equal(await statusOf({ method: 'PATCH', url: `${site}/x`, headers: { ...json, ...writer }, payload: '{"status":5}' }), 400, '400 before 404')
  t.equal(await statusOf({ method: 'PATCH', url: `${site}/x`, headers: { ...json, ...writer, 'if-match': 'W/"1"' }, payload: '{"status":5}' }), 400, '400 before 412')
  t.equal(await statusOf({ method: 'DELETE', url: `${site}/x`, headers: { ...writer, 'if-match': 'nonsense' } }), 400)
  t.equal(await statusOf({ method: 'PATCH', url: `${site}/x`, headers: { ...json, ...writer, 'if-match': 'W/"1"' }, payload: '{}' }), 412)
  t.equal(await statusOf({ method: 'PATCH', url: `${site}/x`, headers: { ...json, ...writer }, payload: '{}' }), 404)
  t.equal(await statusOf({ method: 'POST', url: site, headers: { ...json, ...writer }, payload: '{"id":"x","status":"Completed"}' }), 201)
  t.equal(await statusOf({ method: 'PATCH', url: `${site}/x`, headers: { ...json, ...writer, 'if-match': 'W/"1"' }, payload: '{"status":"Running"}' }), 412, '412 before 409')
  t.equal(await statusOf({ method: 'PATCH', url: `${site}/x`, headers: { ...json, ...writer }, payload: '{"status":"Running"}' }), 409)
})
