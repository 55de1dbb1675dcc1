import { announce } from './announce.js'
import { serveOperations, startIssuer } from './host.js'
import { importPackage, openStore } from './package.js'

/*
 * This package, as a host registers it: `ours.js DIST STORE PLACE` with the folder of the built package, the kind of
 * store, and the folder or URL of its data.
 */

const [dist, kind, place] = process.argv.slice(2)
const exported = await importPackage(dist)
const issuer = await startIssuer()
announce({ port: await serveOperations(exported, await openStore(exported, kind, place), issuer), token: issuer.token })
