import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const rooms = ['plugins', 'routes', 'operations', 'odata', 'storage', 'schemas', 'test/faults/programs']
const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true }

/** A defect put into a source, for runs that must fail. */
export interface Defect {
  readonly file: string
  readonly replace: string
  readonly by: string
}

/**
 * Makes plain JavaScript of the sources: a program that is started again and again starts in half the time.
 * @throws when a defect does not find the text that it replaces, once
 */
export function compile (folder: string, defects: readonly Defect[] = []): void {
  const inRooms = rooms.flatMap((room) => readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((file) => join(room, file)))
  for (const file of ['index.ts', 'errors.ts', ...inRooms]) {
    if (!file.endsWith('.ts')) continue
    let source = readFileSync(join(root, file), 'utf8')
    for (const { replace, by } of defects.filter((defect) => defect.file === file)) {
      const [head, tail, ...more] = source.split(replace)
      if (head === undefined || tail === undefined || more.length > 0) throw new Error(`${file} must have ${replace} once`)
      source = head + by + tail
    }
    const target = join(folder, file.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, ts.transpileModule(source, { compilerOptions: options }).outputText)
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
}
