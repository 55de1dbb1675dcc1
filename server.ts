import { realpathSync } from 'node:fs'
import { isIP } from 'node:net'
import { fileURLToPath } from 'node:url'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import graphOperations, { graphErrorHandler, graphNotFoundHandler, jwtAuth, logSerializers, memoryStore, postgresStore, recommendedServerOptions, sqliteStore } from './index.js'
import type { Authenticate, OperationStore } from './index.js'
import type { DevelopmentCertificate } from './plugins/dev-certificate.js'
import { devIssuerPlugin, makeDevelopmentIssuer } from './plugins/dev-issuer.js'
import type { DevelopmentIssuer } from './plugins/dev-issuer.js'
import { documentationPlugin } from './plugins/documentation.js'
import { overloadPlugin } from './plugins/overload.js'
import { probesPlugin } from './plugins/probes.js'
import { setRequestIds } from './routes/http/request-ids.js'

/** What the server reads from its environment; README has the table. */
type Environment = Readonly<Record<string, string | undefined>>

/** A server that is made and does not listen yet. */
interface GraphServer {
  readonly app: FastifyInstance
  readonly host: string
  readonly port: number
  /** There when the server makes its own tokens. */
  readonly issuer: DevelopmentIssuer | undefined
  /** There when the server speaks TLS. */
  readonly certificate: DevelopmentCertificate | undefined
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i

/** A setting that cannot be used; its message is for the person at the terminal. */
class SettingError extends Error {
  override readonly name = 'SettingError'
}

async function openStore (setting: string): Promise<OperationStore> {
  if (setting === 'memory:') return memoryStore()
  if (/^postgres(?:ql)?:/.test(setting)) return await postgresStore({ url: setting })
  const file = /^sqlite:(.+)$/.exec(setting)?.[1]
  // a URL may have a password in it
  if (file === undefined) throw new SettingError(`STORE=${setting.replace(/\/\/.*/s, '//…')} is none of memory:, sqlite:FILE and postgres://…`)
  return await sqliteStore({ file })
}

function parsePort (setting: string): number {
  const port = Number(setting)
  if (!/^\d+$/.test(setting) || port > 65_535) throw new SettingError(`PORT=${setting} is not a port`)
  return port
}

const defaultRateLimit = 60_000

/** Requests of a tenant in a minute. The development issuer makes any number of tenants, so there is no limit with it. */
function parseRateLimit ({ RATE_LIMIT: setting }: Environment, issuer: DevelopmentIssuer | undefined): number {
  if (setting === undefined) return issuer === undefined ? defaultRateLimit : 0
  if (!/^\d{1,9}$/.test(setting)) throw new SettingError(`RATE_LIMIT=${setting} is not a number of requests in a minute`)
  return Number(setting)
}

/** Whose `X-Forwarded-*` are believed: addresses and networks, separated by commas. */
function parseTrustProxy ({ TRUST_PROXY: setting }: Environment): string[] | false {
  if (setting === undefined) return false
  const networks = setting.split(',').map((network) => network.trim())
  const isNetwork = (network: string): boolean => {
    const [address = '', bits = '0', ...more] = network.split('/')
    const version = isIP(address)
    return version !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128) && more.length === 0
  }
  if (!networks.every(isNetwork)) throw new SettingError(`TRUST_PROXY=${setting} is not a list of addresses and networks, such as 10.0.0.0/8,127.0.0.1`)
  return networks
}

/** Whether `GET /metrics` answers: whoever reaches the server may read them. */
function parseMetrics ({ METRICS: setting }: Environment, host: string): boolean {
  if (setting !== undefined && !/^[01]$/.test(setting)) throw new SettingError(`METRICS=${setting} is neither 1 nor 0`)
  return setting === undefined ? loopback.test(host) : setting === '1'
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

function parseLogLevel ({ LOG_LEVEL: setting = 'warn' }: Environment): string {
  if (!logLevels.includes(setting)) throw new SettingError(`LOG_LEVEL=${setting} is none of ${logLevels.join(', ')}`)
  return setting
}

const certificateFolder = '.development-certificate'

async function chooseCertificate ({ HTTPS: setting = '0' }: Environment, host: string): Promise<DevelopmentCertificate | undefined> {
  if (setting === '0') return undefined
  if (setting !== '1') throw new SettingError(`HTTPS=${setting} is neither 1 nor 0`)
  // the certificate library is loaded by those who want a certificate
  const { certifiedHosts, makeDevelopmentCertificate } = await import('./plugins/dev-certificate.js')
  // other names are a proxy's to prove, in production too
  if (!certifiedHosts.includes(host.toLowerCase())) throw new SettingError(`HTTPS=1 has a development certificate, which is for HOST ${certifiedHosts.join(', ')} only`)
  try {
    return await makeDevelopmentCertificate(certificateFolder)
  } catch (error) {
    throw new SettingError(`HTTPS=1 cannot use the folder ${certificateFolder}; remove it and it is made anew (${(error as Error).message})`, { cause: error })
  }
}

async function chooseAuth (environment: Environment, host: string): Promise<{ auth: Authenticate, issuer: DevelopmentIssuer | undefined }> {
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_JWKS_URI: jwksUri } = environment
  if (issuer !== undefined) {
    if (audience === undefined || jwksUri === undefined) throw new SettingError('AUTH_ISSUER needs AUTH_AUDIENCE and AUTH_JWKS_URI beside it')
    return { auth: jwtAuth({ issuer, audience, jwksUri }), issuer: undefined }
  }
  if (audience !== undefined || jwksUri !== undefined) throw new SettingError('AUTH_AUDIENCE and AUTH_JWKS_URI need AUTH_ISSUER beside them')
  if (environment['NODE_ENV'] === 'production' || !loopback.test(host)) {
    throw new SettingError('set AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWKS_URI: without them the server runs only for development, on a loopback address')
  }
  const development = await makeDevelopmentIssuer()
  return { auth: jwtAuth({ issuer: development.issuer, audience: development.audience, jwks: development.jwks }), issuer: development }
}

const description = 'Long-running work reports its state here, and clients follow it. Press Authorize and paste a bearer token; a development server prints one at its start.'

/** Makes the server: the plugin at `/v1.0` and `/beta` over one store, its documentation and probes. */
export async function createServer (environment: Environment): Promise<GraphServer> {
  const { HOST: host = '127.0.0.1', PORT = '3000', STORE = 'sqlite:operations.db', BASE_URL: baseUrl } = environment
  const port = parsePort(PORT)
  const level = parseLogLevel(environment)
  const { auth, issuer } = await chooseAuth(environment, host)
  const requestsPerMinute = parseRateLimit(environment, issuer)
  const showsMetrics = parseMetrics(environment, host)
  const certificate = await chooseCertificate(environment, host)
  const store = await openStore(STORE)
  const { http, ...recommended } = recommendedServerOptions
  const options = { ...recommended, trustProxy: parseTrustProxy(environment), logger: { level, serializers: logSerializers, stream: process.stderr } }
  const app = certificate === undefined ? Fastify({ ...options, http }) : Fastify({ ...options, https: { ...http, ...certificate } }) as unknown as FastifyInstance
  app.addHook('onRequest', async (request, reply) => { setRequestIds(request, reply) })
  app.setNotFoundHandler(graphNotFoundHandler)
  app.setErrorHandler(graphErrorHandler)
  await app.register(overloadPlugin, { requestsPerMinute })
  await app.register(documentationPlugin, { description })
  const links = baseUrl === undefined ? {} : { baseUrl }
  await app.register(graphOperations, { prefix: '/v1.0', store, auth, ...links })
  await app.register(graphOperations, { prefix: '/beta', auth, ...links })
  await app.register(probesPlugin, { drainMillis: 1_000 })
  if (showsMetrics) {
    // the library is loaded by those who want metrics
    const { metricsPlugin } = await import('./plugins/metrics.js')
    await app.register(metricsPlugin, {})
  }
  if (issuer !== undefined) await app.register(devIssuerPlugin, { issuer })
  return { app, host, port, issuer, certificate }
}

/** A word of a shell, whatever is in it. */
function quote (text: string): string {
  return `'${text.replaceAll('\'', '\'\\\'\'')}'`
}

/** What to paste for a client to trust the certificate, and for the Graph client to send it a token. */
function toClientLines (address: string, { file }: DevelopmentCertificate): string[] {
  const { port } = new URL(address)
  return [
    `export NODE_EXTRA_CA_CERTS=${quote(file)}`,
    `Client.init({ baseUrl: 'https://localhost:${port}/', defaultVersion: 'v1.0', customHosts: new Set(['localhost']), authProvider })`
  ]
}

async function announce (address: string, { issuer, certificate }: GraphServer): Promise<void> {
  const lines = [`listening on ${address}`, `documentation ${address}/docs`]
  if (certificate !== undefined) lines.push(...toClientLines(address, certificate))
  if (issuer !== undefined) {
    const token = await issuer.sign({})
    const trust = certificate === undefined ? '' : `--cacert ${quote(certificate.file)} `
    lines.push(`token ${token}`, `curl ${trust}-X POST -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '{"clientContext":"hello"}' ${address}/v1.0/communications/calls/57dab8b1/operations`)
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}

async function main (): Promise<void> {
  const server = await createServer(process.env)
  const { app, host, port } = server
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => { void app.drain() })
  await announce(await app.listen({ host, port }), server)
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 1
  })
}
