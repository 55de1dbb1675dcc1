import type { DialectName } from './load/dialects.js'

/** What programs are given to work with. */
export interface Places {
  /** The folder of this package as it is built. */
  readonly dist: string
  /** Makes an empty folder. */
  readonly makeFolder: () => string
  /** Makes an empty PostgreSQL database; its URL. */
  readonly makeDatabase: () => Promise<string>
}

export type ProgramKind = 'ceiling' | 'ours' | 'floor' | 'peer'

/** A server that is measured: a file of `programs/` in a process of its own. */
export interface Program {
  readonly name: string
  readonly kind: ProgramKind
  readonly file: string
  readonly dialect: DialectName
  /** Where it keeps operations. */
  readonly storage: 'memory' | 'file' | 'sqlite' | 'postgres'
  readonly toArguments?: (places: Places) => readonly string[] | Promise<readonly string[]>
}

/** This package over one of its stores. */
export function toOurs (storage: 'memory' | 'sqlite' | 'postgres', name = `ours, ${storage}`, otherDist?: string): Program {
  return {
    name,
    kind: 'ours',
    file: 'ours.js',
    dialect: 'graph',
    storage,
    toArguments: async ({ dist, makeFolder, makeDatabase }) => {
      const place = storage === 'postgres' ? await makeDatabase() : makeFolder()
      return [otherDist ?? dist, storage, place]
    }
  }
}

export const ceiling: Program = { name: 'bare Fastify, a Map', kind: 'ceiling', file: 'ceiling.js', dialect: 'bare', storage: 'memory' }

/** What is measured beside the ceiling, in that order. */
export const programs: readonly Program[] = [
  toOurs('memory'),
  toOurs('sqlite'),
  { ...ceiling, name: 'bare Fastify, a Map, again' },
  toOurs('postgres'),
  { name: 'bare Fastify, a Map, our bytes', kind: 'floor', file: 'floor-bytes.js', dialect: 'graph', storage: 'memory' },
  { name: 'bare Fastify, pg', kind: 'floor', file: 'floor-postgres.js', dialect: 'bare', storage: 'postgres', toArguments: async ({ makeDatabase }) => [await makeDatabase()] },
  { name: 'bare Fastify, SQLite', kind: 'floor', file: 'floor-sqlite.js', dialect: 'bare', storage: 'sqlite', toArguments: ({ makeFolder }) => [makeFolder()] },
  { name: 'SAP CAP, SQLite', kind: 'peer', file: 'cap.js', dialect: 'cap', storage: 'sqlite', toArguments: ({ makeFolder }) => [makeFolder()] },
  { name: 'simple-odata-server, nedb', kind: 'peer', file: 'simple-odata-server.js', dialect: 'simple-odata', storage: 'memory' },
  { name: 'SAP fe-mockserver-core', kind: 'peer', file: 'fe-mockserver.js', dialect: 'fe-mockserver', storage: 'memory', toArguments: ({ makeFolder }) => [makeFolder()] },
  { name: 'Feathers, memory', kind: 'peer', file: 'feathers-memory.js', dialect: 'feathers', storage: 'memory' },
  { name: 'Feathers, Knex over SQLite', kind: 'peer', file: 'feathers-knex.js', dialect: 'feathers', storage: 'sqlite', toArguments: ({ makeFolder }) => [makeFolder()] },
  { name: 'json-server', kind: 'peer', file: 'json-server.js', dialect: 'json-server', storage: 'file', toArguments: ({ makeFolder }) => [makeFolder()] },
  { name: 'Platformatic, PUT', kind: 'peer', file: 'platformatic.js', dialect: 'platformatic', storage: 'postgres', toArguments: async ({ makeDatabase }) => [await makeDatabase()] }
]
