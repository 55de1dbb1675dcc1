import { readFile } from 'node:fs/promises'
import { check } from 'recheck'
import t from 'tap'
import ts from 'typescript'
import { PrincipalSchema } from '../schemas/principal.js'
import { listSources, rooms } from './support/sources.js'

/*
 * Every regular expression of the sources takes time that grows with its text and no more, whatever the text
 * is: the check is of the expressions, not of tries.
 */

interface Found {
  readonly place: string
  readonly source: string
  readonly flags: string
}

interface Reading {
  readonly expressions: Found[]
  /** What makes an expression of a text that only the run knows. */
  readonly dynamic: string[]
}

const root = process.cwd()

function toFound (place: string, literal: string): Found {
  const end = literal.lastIndexOf('/')
  return { place, source: literal.slice(1, end), flags: literal.slice(end + 1) }
}

/** Methods of a text that make an expression of a text they are given. */
const methods = ['match', 'matchAll', 'search']

/** The expressions in a program: those written as such, the patterns of schemas, and what is put together at run time. */
function readExpressions (name: string, text: string): Reading {
  const reading: Reading = { expressions: [], dynamic: [] }
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true)
  const visit = (node: ts.Node): void => {
    const place = `${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    if (ts.isRegularExpressionLiteral(node)) reading.expressions.push(toFound(place, node.text))
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'pattern' && ts.isStringLiteralLike(node.initializer)) reading.expressions.push({ place, source: node.initializer.text, flags: 'u' })
    if (ts.isIdentifier(node) && node.text === 'RegExp' && !ts.isTypeReferenceNode(node.parent)) reading.dynamic.push(`${place} ${node.parent.getText()}`)
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && methods.includes(node.expression.name.text)) {
      const [given] = node.arguments
      if (given !== undefined && (ts.isStringLiteralLike(given) || ts.isTemplateExpression(given))) reading.dynamic.push(`${place} ${node.getText()}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return reading
}

/** The patterns of a JSON Schema or of a document with many, as validators read them. */
function patternsOf (place: string, value: unknown): Found[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) =>
    name === 'pattern' && typeof member === 'string' ? [{ place: `${place}/pattern`, source: member, flags: 'u' }] : patternsOf(`${place}/${name}`, member))
}

/** Those that are not linear, or that nobody can tell of, with the place of each. */
async function findSlow (all: readonly Found[]): Promise<string[]> {
  const once = new Map([...all].reverse().map((found) => [`/${found.source}/${found.flags}`, found]))
  const slow: string[] = []
  for (const [expression, { source, flags, place }] of [...once].reverse()) {
    const found = await check(source, flags)
    if (found.status !== 'safe') slow.push(`${place} ${expression} is ${found.status === 'unknown' ? found.error.kind : found.complexity.summary}`)
  }
  return slow
}

t.test('every regular expression of the sources is linear', async (t) => {
  const readings = await Promise.all((await listSources([...rooms, 'docs', 'examples', 'release'])).map(async (name) => readExpressions(name, await readFile(`${root}/${name}`, 'utf8'))))
  const expressions = readings.flatMap((reading) => reading.expressions)
  t.ok(expressions.length > 60 && ['server.ts', 'routes/http/accept.ts', 'schemas/owner-id.ts'].every((file) => expressions.some(({ place }) => place.startsWith(file))), 'they are found')
  t.strictSame(await findSlow(expressions), [])
  t.strictSame(readings.flatMap(({ dynamic }) => dynamic), [], 'and each is written where it can be read')
})

t.test('every pattern of the contract is linear', async (t) => {
  const document: unknown = JSON.parse(await readFile(`${root}/docs/openapi.json`, 'utf8'))
  const patterns = [...patternsOf('docs/openapi.json', document), ...patternsOf('principal', PrincipalSchema)]
  t.ok(patterns.length > 100)
  t.strictSame(await findSlow(patterns), [])
})

t.test('one that is not linear is found, and so is one put together', async (t) => {
  const { expressions, dynamic } = readExpressions('bad.ts', `
    const a = /^(a+)+$/, b = text.replace(/\\s+$/g, ''), c = /^x\\s*(?:=\\s*(\\w*))?\\s*$/, fine = /^[a-z]+$/i
    const schema = { pattern: '^(\\\\w|x)*$' }
    const d = new RegExp(text), e = RegExp('a'), f = text.match('(a+)+$')
    function g (pattern: RegExp): void {}
  `)
  t.strictSame((await findSlow(expressions)).map((line) => line.replace(/ is .*/, '')), ['bad.ts:2 /^(a+)+$/', 'bad.ts:2 /\\s+$/g', 'bad.ts:2 /^x\\s*(?:=\\s*(\\w*))?\\s*$/', 'bad.ts:3 /^(\\w|x)*$/u'])
  t.strictSame(dynamic, ['bad.ts:4 new RegExp(text)', "bad.ts:4 RegExp('a')", "bad.ts:4 text.match('(a+)+$')"])
  t.match(await findSlow(patternsOf('x', { deep: [{ pattern: '(a|a)*$' }] })), [/^x\/deep\/0\/pattern \/\(a\|a\)\*\$\/u is exponential/])
})
