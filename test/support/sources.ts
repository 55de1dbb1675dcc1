import { readdir } from 'node:fs/promises'

/** Folders of sources that are no tests. */
export const rooms = ['odata', 'operations', 'plugins', 'routes', 'schemas', 'storage'] as const

/** The programs in some folders of this tree, and beside them. */
export async function listSources (folders: readonly string[]): Promise<string[]> {
  const root = process.cwd()
  const listed = await Promise.all(folders.map(async (folder) => (await readdir(`${root}/${folder}`, { recursive: true })).map((name) => `${folder}/${name}`)))
  return [...await readdir(root), ...listed.flat()].filter((name) => name.endsWith('.ts'))
}
