import FEMockserver from '@sap-ux/fe-mockserver-core'
import express from 'express'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { announce, serve } from './announce.js'

/* SAP's mock server for OData V4, in memory. */

const [folder] = process.argv.slice(2)
writeFileSync(join(folder, 'Operations.json'), '[]')
const mock = new FEMockserver.default({
  services: [{ urlPath: '/bench', metadataPath: fileURLToPath(new URL('metadata.xml', import.meta.url)), mockdataPath: folder, generateMockData: false }],
  annotations: [],
  plugins: []
})
await mock.isReady
const app = express()
app.use(mock.getRouter())
announce({ port: await serve(app) })
