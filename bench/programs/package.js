import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The exports of the package in the folder that it was built in. */
export async function importPackage (dist) {
  return await import(pathToFileURL(join(dist, 'index.js')).href)
}

/** A store of the kind given in a folder or at a URL; it has what is there already. */
export async function openStore ({ memoryStore, postgresStore, sqliteStore }, kind, place) {
  switch (kind) {
    case 'memory': return memoryStore()
    case 'sqlite': return await sqliteStore({ file: join(place, 'operations.db') })
    case 'postgres': return await postgresStore({ url: place })
  }
}
