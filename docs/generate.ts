import { readFile, writeFile } from 'node:fs/promises'
import { clientErrors, hostErrors } from '../errors.js'
import { createServer } from '../server.js'
import { toConformancePage } from './conformance-page.js'
import { toDependenciesPage } from './dependencies-page.js'
import { toPerformancePage, toPerformancePlot } from './performance-page.js'

/*
 * Writes the pages that are made of the code: openapi.json, errors.md, conformance.md,
 * dependencies.md, and performance.md of what the bench measured. CI runs this and fails when a file changes.
 */

/** Settings of a server that has an issuer, so that the document is the one of a real deployment. */
const environment = { STORE: 'memory:', AUTH_ISSUER: 'https://issuer.example', AUTH_AUDIENCE: 'api', AUTH_JWKS_URI: 'https://issuer.example/keys' }

async function toOpenApi (): Promise<string> {
  const { app } = await createServer(environment)
  await app.ready()
  const document = app.swagger()
  await app.close()
  return `${JSON.stringify(document, null, 2)}\n`
}

function toErrorsPage (): string {
  const rows = Object.values(clientErrors).map(({ status, code, description }) => `| ${status} | \`${code}\` | ${description} |`)
  const hostRows = Object.entries(hostErrors).map(([code, HostError]) => `| \`${code}\` | ${new HostError('…', '…').message.replace('fastify-graph-operations: ', '').replaceAll('|', '\\|')} |`)
  return `<!-- made by npm run docs -->
# Errors

## Answers to clients

Every error answer has Microsoft Graph's envelope: \`error.code\` to branch on, \`error.message\` to read,
\`error.target\` and \`error.details\` to say where, \`error.innerError\` with the ids of the request.

| status | code | when |
|---|---|---|
${rows.join('\n')}

## Mistakes of the host

They fail the start of the application.

| code | message |
|---|---|
${hostRows.join('\n')}
`
}

const pages = { 'openapi.json': await toOpenApi(), 'errors.md': toErrorsPage(), 'conformance.md': await toConformancePage(), 'dependencies.md': await toDependenciesPage(), 'performance.md': toPerformancePage(), 'performance.svg': toPerformancePlot() }
for (const [name, text] of Object.entries(pages)) {
  const file = new URL(name, import.meta.url)
  const before = await readFile(file, 'utf8').catch(() => '')
  await writeFile(file, text)
  process.stdout.write(`${before === text ? 'as before' : 'written  '} docs/${name}\n`)
}
