import { sqliteStore } from '../../index.js'

/** Prints how many operations a file has: a program that is started as a file. */
const store = await sqliteStore({ file: process.argv[2] ?? '' })
process.stdout.write(`${await store.count({ tenant: 't', owner: 'calls/1' })}\n`)
await store.close()
