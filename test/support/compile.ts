import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../..', import.meta.url))
const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true }

/** A defect put into a source, for runs that must fail; or what makes a rare event frequent. */
export interface Edit {
  readonly file: string
  readonly replace: string
  readonly by: string
}

/** What programs start by its name and do not import. */
const threads = ['storage/sqlite/read-worker.ts']

/** By source: programs have most of them in common. */
const compiled = new Map<string, string>()

function toJavaScript (source: string): string {
  const text = compiled.get(source) ?? ts.transpileModule(source, { compilerOptions: options }).outputText
  compiled.set(source, text)
  return text
}

/** @throws when an edit does not find the text that it replaces, once */
function edit (file: string, source: string, edits: readonly Edit[]): string {
  return edits.filter((edit) => edit.file === file).reduce((source, { replace, by }) => {
    const parts = source.split(replace)
    if (parts.length !== 2) throw new Error(`${file} must have ${replace} once`)
    return parts.join(by)
  }, source)
}

/**
 * Makes plain JavaScript of a program of this project and of what it imports: one that is started again and again
 * starts in half the time. Answers the path of the program.
 */
export function compile (folder: string, program: string, edits: readonly Edit[] = []): string {
  const toTarget = (file: string): string => join(folder, file.replace(/\.ts$/, '.js'))
  const files = new Set([program, ...threads])
  // the set grows while it is walked
  for (const file of files) {
    const text = toJavaScript(edit(file, readFileSync(join(root, file), 'utf8'), edits))
    mkdirSync(dirname(toTarget(file)), { recursive: true })
    writeFileSync(toTarget(file), text)
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (fileName.startsWith('.')) files.add(normalize(join(dirname(file), fileName)).replace(/\.js$/, '.ts'))
    }
  }
  for (const { file } of edits) if (!files.has(file)) throw new Error(`${program} does not import ${file}`)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return toTarget(program)
}
