/** Why a package is there: what it does, why nothing of our own or another does it, and who keeps it. */
export interface Reason {
  readonly use: string
  readonly why: string
  readonly state: string
}

/** Everything that an application gets with `npm install fastify-graph-operations`. */
export const runtime = {
  '@fastify/error': {
    use: 'Errors of the host with a code, `OPS_ERR_…`.',
    why: 'Fastify makes its own errors with it, so that a host reads ours as it reads those; it is in every Fastify application already.',
    state: 'The Fastify organisation.'
  },
  '@sinclair/typebox': {
    use: 'One definition for static type, JSON Schema and OpenAPI component; at run time its builders only.',
    why: 'Zod and others need a converter to JSON Schema, which OpenAPI and Ajv read. Its compiler is not used: Ajv lists every complaint of a body.',
    state: 'One maintainer. 0.34 is the line of this name; what comes after it is a package of another name, `typebox`.'
  },
  ajv: {
    use: 'Validates bodies against the schemas, with every complaint, and changes nothing of them.',
    why: 'The host\'s own Ajv may coerce and remove members, as Fastify\'s does by default. A validator of our own would be a JSON Schema implementation to prove.',
    state: 'Few maintainers, used by most of the ecosystem, Fastify included.'
  },
  'fastify-plugin': {
    use: 'Decorators reach the host\'s scope; names and the version of Fastify are checked.',
    why: 'The documented way, and in every Fastify application already.',
    state: 'The Fastify organisation.'
  },
  jose: {
    use: 'Signatures of tokens and sets of keys, in `jwtAuth`.',
    why: 'Nothing of our own where a mistake lets anybody in. It uses Node\'s own cryptography, takes algorithms from a list only, and brings nothing. fast-jwt and @fastify/jwt have no key sets of their own.',
    state: 'One maintainer, who also keeps openid-client and takes part in the standards.'
  }
} as const satisfies Readonly<Record<string, Reason>>

/** What a host installs beside. */
export const peers = {
  fastify: { use: 'The application.', why: 'What this is a plugin of.', state: 'The Fastify organisation, within the OpenJS Foundation.' },
  '@photostructure/sqlite': {
    use: '`sqliteStore` where the SQLite of Node is older than 3.51.3. Optional.',
    why: 'It has the interface of `node:sqlite`, so that one store is written against both; better-sqlite3 has another one. 1.x, since 2 needs Node 22.',
    state: 'One company; follows `node:sqlite` and SQLite.'
  },
  'prom-client': { use: '`fastify-graph-operations/metrics`. Optional.', why: 'The client that Prometheus names for Node; counters that several plugins of one application share are of one library.', state: 'Few maintainers, the usual client for many years.' },
  '@opentelemetry/api': { use: 'Spans of the store\'s calls, where the host has it. Optional.', why: 'The interface itself: it brings nothing, and does nothing without a provider.', state: 'The OpenTelemetry project, within the CNCF.' },
  pg: { use: '`postgresStore`. Optional.', why: 'The driver that poolers, hosted databases and their instructions know. Its native part is not used.', state: 'Few maintainers, the usual driver for many years.' }
} as const satisfies Readonly<Record<string, Reason>>

/** What `npm start` and `npm run backup` need beside; none of it is shipped. */
export const server = {
  '@fastify/swagger': { use: 'The OpenAPI document of the server\'s routes.', why: 'What hosts document their routes with, so it is tested too.', state: 'The Fastify organisation.' },
  '@fastify/swagger-ui': { use: 'The page at `/docs`.', why: 'It serves Swagger UI from this machine, not from elsewhere.', state: 'The Fastify organisation.' },
  '@fastify/rate-limit': { use: 'Answers a tenant that asks too often with 429.', why: 'Limits by any key, over a bounded table of callers. The plugin has none of its own: a host has its own.', state: 'The Fastify organisation.' },
  '@fastify/under-pressure': { use: 'Answers 503 while the event loop is late or the memory full.', why: 'It measures what Node itself knows of its event loop.', state: 'The Fastify organisation.' },
  '@peculiar/x509': { use: 'The development certificate of `HTTPS=1`.', why: 'Node can read certificates and not make them; openssl is not on every machine.', state: 'One company, which also keeps Node\'s and browsers\' WebCrypto polyfills.' },
  '@peculiar/asn1-schema': { use: 'Encodes the names that the authority is bound to.', why: 'Part of the package before.', state: 'The same company.' },
  '@peculiar/asn1-x509': { use: 'The structure of that extension.', why: 'Part of the package before.', state: 'The same company.' },
  'reflect-metadata': { use: 'What the package for certificates expects to be loaded.', why: 'Without it that one does not start.', state: 'One maintainer; the feature is finished.' },
  tsx: { use: 'Runs the sources without a build.', why: 'Node 20 cannot. What is shipped is built by TypeScript\'s own compiler.', state: 'One maintainer; a thin layer over esbuild.' }
} as const satisfies Readonly<Record<string, Reason>>

/** Packages that are not to come back, not even below another one. */
export const avoided = {
  'fast-jwt': 'Several vulnerabilities in how it tells keys and algorithms apart, and in its cache.',
  '@fastify/jwt': 'It is made of fast-jwt.',
  '@fastify/middie': 'Middleware by path does not see every spelling of a path: what it guards was reached around it, more than once.',
  '@fastify/express': 'It is middleware by path too.'
} as const satisfies Readonly<Record<string, string>>
