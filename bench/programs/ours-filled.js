import { announce } from './announce.js'
import { fill } from './filling.js'
import { serveOperations, startIssuer, tenant } from './host.js'
import { importPackage, openStore } from './package.js'

/*
 * As ours.js, with operations put into the store before it listens: `ours-filled.js DIST STORE PLACE [OPERATIONS
 * OWNERS]`. Without them it has what is in PLACE. It says when the store was asked for, which is no earlier than
 * everything that is not the store's is there.
 */

const [dist, kind, place, operations = '0', owners = '1'] = process.argv.slice(2)
const exported = await importPackage(dist)
const before = performance.now()
const issuer = await startIssuer()
const issuerMillis = performance.now() - before
const storeAskedAt = performance.timeOrigin + performance.now()
const store = await openStore(exported, kind, place)
await fill(store, tenant, { operations: Number(operations), owners: Number(owners) })
announce({ port: await serveOperations(exported, store, issuer), token: issuer.token, storeAskedAt, issuerMillis })
