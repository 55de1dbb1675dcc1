import { readdir } from 'node:fs/promises'
import type { Clause } from './clause.js'

const folder = new URL('../conformance/', import.meta.url)

/** By source, then section: 11.2.10 comes after 11.2.9. */
const { compare } = new Intl.Collator('en', { numeric: true })

/** Every clause, by the name of its file. */
export async function readClauses (): Promise<ReadonlyMap<string, Clause>> {
  const names = (await readdir(folder)).sort(compare)
  const modules = await Promise.all(names.map(async (name) => await import(new URL(name, folder).href) as { default: Clause }))
  return new Map(names.map((name, index) => [name, (modules[index] as { default: Clause }).default]))
}
