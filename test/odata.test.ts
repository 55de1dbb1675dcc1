import { Type } from '@sinclair/typebox'
import fc from 'fast-check'
import t from 'tap'
import type { GraphError } from '../errors.js'
import { parseCollectionQuery, toLastingOptions } from '../odata/collection-query.js'
import { isDeltaPayload } from '../odata/delta.js'
import { filterLimit, parseFilter } from '../odata/filter.js'
import { findKey } from '../odata/key.js'
import type { OptionName } from '../odata/options.js'
import { parseQueryOptions } from '../odata/options.js'
import { parseOrderBy } from '../odata/orderby.js'
import { parseCount, parseSkip, parseTop, toPageSize } from '../odata/paging.js'
import type { Selection } from '../odata/select.js'
import { parseSelect } from '../odata/select.js'
import { makeSkipTokens } from '../odata/skip-token.js'
import { parseSyntax } from '../odata/syntax.js'
import { parseTokens } from '../odata/tokens.js'
import { CommsOperation } from '../schemas/comms-operation.js'
import { extend } from '../schemas/definition.js'
import type { StructuredType } from '../schemas/definition.js'
import { OnenoteOperation } from '../schemas/onenote-operation.js'
import { Operation } from '../schemas/operation.js'
import { Import } from './support/filters.js'

t.test('a delta payload is known by its context', async (t) => {
  for (const body of [
    { '@context': '#$delta', value: [] },
    { '@odata.context': '#$delta', value: [] },
    { '@odata.context': 'http://localhost/v1.0/$metadata#communications/calls(\'1\')/operations/$delta' },
    { '@context': '$metadata#sites/$delta' }
  ]) t.equal(isDeltaPayload(body), true, JSON.stringify(body))
})

t.test('everything else is no delta payload', async (t) => {
  for (const body of [
    undefined, null, 'text', '#$delta', 5, true, [], ['#$delta'], {},
    { '@context': null }, { '@context': 5 }, { '@context': ['#$delta'] },
    { '@context': '$delta' }, { '@context': '#$deltas' }, { '@context': '#$delta/x' }, { '@context': '#delta' }, { '@context': '#$delta\n' },
    { '@odata.context': '$metadata#sites', '@context': '#$delta' },
    { context: '#$delta' }, { 'x@odata.context': '#$delta' }
  ]) t.equal(isDeltaPayload(body), false, JSON.stringify(body))
})

t.test('a key in parentheses', async (t) => {
  const keys: Array<[string, string | undefined]> = [
    ["operations('a')", 'a'],
    ["operations(id='a')", 'a'],
    ["operations('2291d582-d582-2291-82d5-912282d59122')", '2291d582-d582-2291-82d5-912282d59122'],
    ["operations('it''s')", "it's"],
    ["operations('''')", "'"],
    ["operations('a''b''''c')", "a'b''c"],
    ["operations('')", ''],
    ["operations('a)b(')", 'a)b('],
    ["calls('a')", undefined],
    ['operations', undefined],
    ['operations()', undefined],
    ['operations(a)', undefined],
    ['operations("a")', undefined],
    ["operations('a'b')", undefined],
    ["operations(''')", undefined],
    ["operations('a'", undefined],
    ["operations(key='a')", undefined],
    ["operations( 'a')", undefined],
    ["operations('a')x", undefined],
    ["xoperations('a')", undefined],
    ["operations('a')\n", undefined],
    ["Operations('a')", undefined]
  ]
  for (const [segment, key] of keys) t.equal(findKey(segment, 'operations'), key, segment)
})

t.test('any key survives being quoted', async (t) => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (key, isNamed) => {
    const segment = `operations(${isNamed ? 'id=' : ''}'${key.replaceAll("'", "''")}')`
    return findKey(segment, 'operations') === key
  }))
  t.pass('held')
})

/** What a parser complains of; every complaint names its option. */
function messageOf (option: string, parse: () => unknown): string {
  try {
    return `no complaint: ${JSON.stringify(parse())}`
  } catch (error) {
    const { statusCode, code, target, message } = error as GraphError
    if (statusCode !== 400 || code !== 'invalidRequest' || target !== option) throw error
    return message.replace(`${option}: `, '')
  }
}

t.test('literals of every kind', async (t) => {
  const literals: Array<[text: string, literal: object]> = [
    ["''", { type: 'text', value: '' }], ["'it''s'", { type: 'text', value: "it's" }], ["''''", { type: 'text', value: "'" }], ["''''''", { type: 'text', value: "''" }], ["'a b\t(c),/d:'", { type: 'text', value: 'a b\t(c),/d:' }],
    ["'null'", { type: 'text', value: 'null' }], ["'😀\u2028%20+'", { type: 'text', value: '😀\u2028%20+' }],
    ['0', { type: 'number', value: 0 }], ['-0', { type: 'number', value: -0 }], ['+5', { type: 'number', value: 5 }], ['-5', { type: 'number', value: -5 }], ['1.50', { type: 'number', value: 1.5 }], ['1e3', { type: 'number', value: 1000 }], ['1E-3', { type: 'number', value: 0.001 }], ['1.5e+3', { type: 'number', value: 1500 }], ['9007199254740993', { type: 'number', value: 9007199254740992 }], ['1e308', { type: 'number', value: 1e308 }], ['1e-999', { type: 'number', value: 0 }],
    ['true', { type: 'boolean', value: true }], ['FALSE', { type: 'boolean', value: false }], ['null', { type: 'null', value: null }], ['Null', { type: 'null', value: null }],
    ['2020-01-31', { type: 'date', value: '2020-01-31' }], ['2291d582-D582-2291-82d5-912282d59122', { type: 'guid', value: '2291d582-D582-2291-82d5-912282d59122' }], ['abcdefab-abcd-abcd-abcd-abcdefabcdef', { type: 'guid', value: 'abcdefab-abcd-abcd-abcd-abcdefabcdef' }],
    ["microsoft.graph.operationStatus'Running'", { type: 'enumeration', typeName: 'microsoft.graph.operationStatus', value: 'Running' }], ["duration'PT1S'", { type: 'enumeration', typeName: 'duration', value: 'PT1S' }], ["null''", { type: 'enumeration', typeName: 'null', value: '' }],
    ['2020-01-31T10:20:30Z', { type: 'instant', value: '2020-01-31T10:20:30.0000000Z' }], ['2020-01-31t10:20:30z', { type: 'instant', value: '2020-01-31T10:20:30.0000000Z' }], ['2020-01-31T10:20Z', { type: 'instant', value: '2020-01-31T10:20:00.0000000Z' }],
    ['2016-12-31T23:57:13.8078619+03:00', { type: 'instant', value: '2016-12-31T20:57:13.8078619Z' }], ['2016-12-31T23:57:13.8078619 03:00', { type: 'instant', value: '2016-12-31T20:57:13.8078619Z' }], ['2016-12-31T23:57-00:30', { type: 'instant', value: '2017-01-01T00:27:00.0000000Z' }],
    ['0001-01-01T00:00:00Z', { type: 'instant', value: '0001-01-01T00:00:00.0000000Z' }], ['9999-12-31T23:59:59.9999999Z', { type: 'instant', value: '9999-12-31T23:59:59.9999999Z' }], ['2020-02-29T00:00:00.1Z', { type: 'instant', value: '2020-02-29T00:00:00.1000000Z' }]
  ]
  for (const [text, literal] of literals) {
    t.strictSame(parseTokens('$filter', ` ${text}\t`), [{ kind: 'literal', literal, text, position: 1 }, { kind: 'end', text: 'the end', position: text.length + 2 }], encodeURI(text))
    t.match(parseSyntax('$filter', text), { kind: 'literal', literal, text, position: 0 })
  }
  const bad: Array<[text: string, message: string]> = [
    ['0001-01-01T00:00:00+00:01', 'at most 7 fraction digits and a year from 0001 to 9999 (at character 1)'], ['9999-12-31T23:59:59-00:01', '(at character 1)'], ['0000-01-01T00:00:00Z', '(at character 1)'], ['2020-13-01T00:00:00Z', '(at character 1)'],
    ['2020-01-01T24:00:00Z', '(at character 1)'], ['2020-01-01T00:00:60Z', '(at character 1)'], ['2020-01-01T00:00:00+24:00', '(at character 1)'], ['2020-01-01T00:00:00.00000000Z', '(at character 1)'], ['2021-02-29T00:00:00Z', '(at character 1)'],
    ['2020-01-01T00:00', 'the date-time 2020-01-01T00:00 needs an offset, such as Z (at character 1)'], ['2020-01-01T00', '"T" is not expected (at character 11)'], ['2020-01-01T00:00:00Z5', '"5" is not expected (at character 21)'],
    ['-1e999', '-1e999 is too large a number (at character 1)'], ["'a'b", '"b" is not expected (at character 4)'], ["'a''", '"\'" is not expected (at character 4)'], ["'", 'a text has no closing quote (at character 1)'], ["a.b'c", '"\'" is not expected (at character 4)'],
    ['a\0', 'it must not contain U+0000 or half a surrogate pair'], ["'\ud800'", 'it must not contain U+0000 or half a surrogate pair'], ['2291d582-d582-2291-82d5-912282d59122a', '"a" is not expected (at character 37)'], ['a..b', '"." is not expected (at character 2)'], ['1_000', '"_" is not expected (at character 2)']
  ]
  for (const [text, message] of bad) t.ok(messageOf('$x', () => parseTokens('$x', text)).endsWith(message), `${JSON.stringify(text)}: ${messageOf('$x', () => parseTokens('$x', text))}`)
})

type Cases = ReadonlyArray<readonly [text: string, expected: unknown]>

const filtersOfNotes: Cases = [
  ["status eq 'running'", { kind: 'compare', operator: 'eq', left: { kind: 'column', column: 'status' }, right: { kind: 'literal', value: 1 } }],
  ["status eq microsoft.graph.operationStatus'Running'", { kind: 'compare', operator: 'eq', left: { kind: 'column', column: 'status' }, right: { kind: 'literal', value: 1 } }],
  ['error eq null', { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['error'], reading: 'any' }, right: { kind: 'literal', value: null } }],
  ["'a' eq 'a'", { kind: 'compare', operator: 'eq', left: { kind: 'literal', value: 'a' }, right: { kind: 'literal', value: 'a' } }],
  ["id in (null,'a')", { kind: 'in', subject: { kind: 'column', column: 'id' }, values: [null, 'a'] }],
  ["startsWith(id,'a')", { kind: 'call', name: 'startswith', operands: [{ kind: 'column', column: 'id' }, { kind: 'literal', value: 'a' }] }],
  ["ENDSWITH( ToLower(percentComplete) , 'A' ) eq null", { kind: 'compare', operator: 'eq', left: { kind: 'call', name: 'endswith', operands: [{ kind: 'call', name: 'tolower', operands: [{ kind: 'member', path: ['percentComplete'], reading: 'text' }] }, { kind: 'literal', value: 'A' }] }, right: { kind: 'literal', value: null } }],
  ["not(contains(error/code,'5'))", { kind: 'not', operand: { kind: 'call', name: 'contains', operands: [{ kind: 'member', path: ['error', 'code'], reading: 'text' }, { kind: 'literal', value: '5' }] } }],
  ['length(null) eq 5', { kind: 'compare', operator: 'eq', left: { kind: 'call', name: 'length', operands: [{ kind: 'literal', value: null }] }, right: { kind: 'literal', value: 5 } }],
  ['NOT (TRUE) AND false OR status EQ NULL', { kind: 'or', operands: [{ kind: 'and', operands: [{ kind: 'not', operand: { kind: 'literal', value: true } }, { kind: 'literal', value: false }] }, { kind: 'compare', operator: 'eq', left: { kind: 'column', column: 'status' }, right: { kind: 'literal', value: null } }] }],
  ["not status in ('FAILED',microsoft.GRAPH.operationstatus'running')", { kind: 'not', operand: { kind: 'in', subject: { kind: 'column', column: 'status' }, values: [3, 1] } }],
  ['lastActionDateTime ge 2016-12-31t23:57:13.8078619 03:00', { kind: 'compare', operator: 'ge', left: { kind: 'column', column: 'lastAction' }, right: { kind: 'literal', value: '2016-12-31T20:57:13.8078619Z' } }],
  ['createdDateTime lt lastActionDateTime', { kind: 'compare', operator: 'lt', left: { kind: 'column', column: 'created' }, right: { kind: 'column', column: 'lastAction' } }],
  ['null in (null)', { kind: 'in', subject: { kind: 'literal', value: null }, values: [null] }],
  ['(status eq null) in (true,null)', { kind: 'in', subject: { kind: 'compare', operator: 'eq', left: { kind: 'column', column: 'status' }, right: { kind: 'literal', value: null } }, values: [true, null] }],
  ["(status eq null) eq not (id eq 'a')", { kind: 'compare', operator: 'eq', left: { kind: 'compare', operator: 'eq', left: { kind: 'column', column: 'status' }, right: { kind: 'literal', value: null } }, right: { kind: 'not', operand: { kind: 'compare', operator: 'eq', left: { kind: 'column', column: 'id' }, right: { kind: 'literal', value: 'a' } } } }]
]

const filtersOfCalls: Cases = [
  ['foo eq 1', { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['foo'], reading: 'number' }, right: { kind: 'literal', value: 1 } }],
  ['foo', { kind: 'member', path: ['foo'], reading: 'boolean' }],
  ['foo gt 2020-01-01T00:00:00Z', { kind: 'compare', operator: 'gt', left: { kind: 'member', path: ['foo'], reading: 'instant' }, right: { kind: 'literal', value: '2020-01-01T00:00:00.0000000Z' } }],
  ["foo eq 'x'", { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['foo'], reading: 'text' }, right: { kind: 'literal', value: 'x' } }],
  ['foo eq null', { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['foo'], reading: 'any' }, right: { kind: 'literal', value: null } }],
  ['foo eq true', { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['foo'], reading: 'boolean' }, right: { kind: 'literal', value: true } }],
  ["foo/bar/baz eq 'x'", { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['foo', 'bar', 'baz'], reading: 'text' }, right: { kind: 'literal', value: 'x' } }],
  ['foo eq status', { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['foo'], reading: 'enumeration', names: { NotStarted: 0, Running: 1, Completed: 2, Failed: 3 } }, right: { kind: 'column', column: 'status' } }],
  ["foo eq x.y'Z'", { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['foo'], reading: 'text' }, right: { kind: 'literal', value: 'Z' } }],
  ['foo in (1,null)', { kind: 'in', subject: { kind: 'member', path: ['foo'], reading: 'number' }, values: [1, null] }],
  ['createdDateTime gt 2020-01-01T00:00:00Z', { kind: 'compare', operator: 'gt', left: { kind: 'member', path: ['createdDateTime'], reading: 'instant' }, right: { kind: 'literal', value: '2020-01-01T00:00:00.0000000Z' } }],
  ['resultInfo/code ge 400', { kind: 'compare', operator: 'ge', left: { kind: 'member', path: ['resultInfo', 'code'], reading: 'number' }, right: { kind: 'literal', value: 400 } }],
  ['resultinfo/code eq 1', { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['resultinfo', 'code'], reading: 'number' }, right: { kind: 'literal', value: 1 } }],
  ["status in ('running',null)", { kind: 'in', subject: { kind: 'column', column: 'status' }, values: [1, null] }],
  ["recordingLocation eq 'x'", { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['recordingLocation'], reading: 'text' }, right: { kind: 'literal', value: 'x' } }],
  ['constructor eq 1', { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['constructor'], reading: 'number' }, right: { kind: 'literal', value: 1 } }],
  ['toString/x eq 1', { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['toString', 'x'], reading: 'number' }, right: { kind: 'literal', value: 1 } }],
  ["microsoft.graph.operationStatus'Running' eq status", { kind: 'compare', operator: 'eq', left: { kind: 'literal', value: 1 }, right: { kind: 'column', column: 'status' } }],
  ['status gt status', { kind: 'compare', operator: 'gt', left: { kind: 'column', column: 'status' }, right: { kind: 'column', column: 'status' } }],
  ["x.y'a' eq x.y'a'", { kind: 'compare', operator: 'eq', left: { kind: 'literal', value: 'a' }, right: { kind: 'literal', value: 'a' } }]
]

const badFiltersOfNotes: Cases = [
  ["status eq microsoft.graph.other'Running'", 'microsoft.graph.other is another type than microsoft.graph.operationStatus (at character 11)'],
  ["status eq 'Runnin'", "'Runnin' is not one of NotStarted, Running, Completed, Failed (at character 11)"],
  ['status eq 1', 'a microsoft.graph.operationStatus cannot be compared with a number (at character 8)'],
  ['status', 'a condition is expected, not a microsoft.graph.operationStatus (at character 1)'],
  ['id', 'a condition is expected, not a text (at character 1)'],
  ['id eq 5', 'a text cannot be compared with a number (at character 4)'],
  ["createdDateTime gt '2020-01-01T00:00:00Z'", 'a date-time cannot be compared with a text; a date-time is written without quotes (at character 17)'],
  ['createdDateTime gt 2020-01-01', 'a date-time cannot be compared with a date; a date-time has a time and an offset, such as 2016-12-31T00:00:00Z (at character 17)'],
  ['id eq 2291d582-d582-2291-82d5-912282d59122', 'a text cannot be compared with a GUID; a text is written in single quotes (at character 4)'],
  ["Status eq 'x'", '"Status" is not a property of microsoft.graph.onenoteOperation; did you mean "status"? (at character 1)'],
  ["error/Code eq 'x'", '"error/Code" is not a property of microsoft.graph.onenoteOperationError; did you mean "code"? (at character 1)'],
  ["error eq 'x'", 'a complex value cannot be compared with a text (at character 7)'],
  ['id/x eq 1', '"id" has no properties (at character 1)'],
  ['foo eq 1', '"foo" is not a property of microsoft.graph.onenoteOperation (at character 1)'],
  ['a add 1 eq 2', 'the operator "add" is not supported (at character 3)'],
  ['(a add 1) eq 2', 'the operator "add" is not supported (at character 4)'],
  ['length(id sub 1) eq 2', 'the operator "sub" is not supported (at character 11)'],
  ["status has 'Running'", 'the operator "has" is not supported (at character 8)'],
  ["id has x'Y'", 'the operator "has" is not supported (at character 4)'],
  ["tags/any(t:t eq 'x')", 'the lambda operator "any" is not supported after a path (at character 6)'],
  ["error/all(e:e/code eq 'x')", 'the lambda operator "all" is not supported after a path (at character 7)'],
  ['error/foo() eq 1', 'the function "foo" is not supported after a path (at character 7)'],
  ['any(x) eq 1', 'the function "any" is not supported (at character 1)'],
  ["cast(id,Edm.String) eq 'x'", 'the function "cast" is not supported (at character 1)'],
  ['year(createdDateTime) eq 2020', 'the function "year" is not supported (at character 1)'],
  ['now() gt createdDateTime', 'the function "now" is not supported (at character 1)'],
  ["concat(id,'x') eq 'y'", 'the function "concat" is not supported (at character 1)'],
  ["$it/id eq 'x'", 'a path such as $it or $count is not supported here (at character 1)'],
  ['$count gt 5', 'a path such as $it or $count is not supported here (at character 1)'],
  ['@p eq 1', 'a parameter alias or an annotation is not supported here (at character 1)'],
  ['-id eq 1', '"-" is not expected (at character 1)'],
  ['- 5 eq 1', '"-" is not expected (at character 1)'],
  ["id in ['a','b']", '"[" is not expected (at character 7)'],
  ['id eq [1]', '"[" is not expected (at character 7)'],
  ["id eq duration'PT1S'", 'literals of the type "duration" are not supported (at character 7)'],
  ["id eq binary'T0RhdGE'", 'literals of the type "binary" are not supported (at character 7)'],
  ["microsoft.graph.recordOperation/id eq 'x'", 'the type cast "microsoft.graph.recordOperation" is not supported (at character 1)'],
  ['id eq microsoft.graph.foo', 'the type cast "microsoft.graph.foo" is not supported (at character 7)'],
  ['isof(id,Edm.String)', 'the function "isof" is not supported (at character 1)'],
  ['id eq INF', '"INF" is not a property of microsoft.graph.onenoteOperation (at character 7)'],
  ['contains(id)', 'contains takes 2 operands (at character 1)'],
  ['length(id,id) eq 1', 'length takes 1 operand (at character 1)'],
  ['contains(id,5)', 'contains takes texts, not a number (at character 13)'],
  ["contains(status,'x')", 'contains takes texts, not a microsoft.graph.operationStatus (at character 10)'],
  ['length(createdDateTime) eq 1', 'length takes texts, not a date-time (at character 8)'],
  ['tolower(id)', 'a condition is expected, not a text (at character 1)'],
  ['null', 'a condition is expected, not null (at character 1)'],
  ['null and true', 'a condition is expected, not null (at character 1)'],
  ["'x'", 'a condition is expected, not a text (at character 1)'],
  ['5', 'a condition is expected, not a number (at character 1)'],
  ['2020-01-01T00:00:00Z', 'a condition is expected, not a date-time (at character 1)'],
  ["not 'x'", 'a condition is expected, not a text (at character 5)'],
  ['not id', 'a condition is expected, not a text (at character 5)'],
  ['id and true', 'a condition is expected, not a text (at character 1)'],
  ['', 'a property, a literal or a function is expected before the end (at character 1)'],
  [' ', 'a property, a literal or a function is expected before the end (at character 2)'],
  ['()', 'a property, a literal or a function is expected before ")" (at character 2)'],
  ['(', 'a property, a literal or a function is expected before the end (at character 2)'],
  [')', 'a property, a literal or a function is expected before ")" (at character 1)'],
  ['id eq', 'a property, a literal or a function is expected before the end (at character 6)'],
  ['eq', '"eq" is not a property of microsoft.graph.onenoteOperation (at character 1)'],
  ['not', 'a property, a literal or a function is expected before the end (at character 4)'],
  ["id eq 'a", 'a text has no closing quote (at character 7)'],
  ["id eq a'", `"'" is not expected (at character 8)`],
  ["id in 'a'", `"(" is expected before "'a'" (at character 7)`],
  ['id in (', 'a literal is expected before the end (at character 8)'],
  ['id in ()', 'a literal is expected before ")" (at character 8)'],
  ['id in (id)', 'a literal is expected before "id" (at character 8)'],
  ["id in ('a',)", 'a literal is expected before ")" (at character 12)'],
  ["id in ('a' 'b')", `")" is expected before "'b'" (at character 12)`],
  ["id in ('a',5)", 'a text cannot be compared with a number (at character 12)'],
  ['id/ eq 1', '"1" is not expected (at character 8)'],
  ["id/'x' eq 1", `a property is expected before "'x'" (at character 4)`],
  ["id eq 'a' id", '"id" is not expected (at character 11)'],
  ['id eq 5x', '"x" is not expected (at character 8)'],
  ['id eq 5.', '"." is not expected (at character 8)'],
  ['id eq .5', '"." is not expected (at character 7)'],
  ['id eq 1e999', '1e999 is too large a number (at character 7)'],
  ['id eq "a"', '"\\"" is not expected (at character 7)'],
  ['id eq a;b', '";" is not expected (at character 8)'],
  ['id eq é', '"é" is not expected (at character 7)'],
  ['id eq 😀', '"😀" is not expected (at character 7)'],
  ['id\neq 1', '"\\n" is not expected (at character 3)'],
  ['createdDateTime gt 2020-01-01T00:00:00', 'the date-time 2020-01-01T00:00:00 needs an offset, such as Z (at character 20)'],
  ['createdDateTime gt 2020-02-30T00:00:00Z', '2020-02-30T00:00:00Z is not a date-time with at most 7 fraction digits and a year from 0001 to 9999 (at character 20)'],
  ['createdDateTime gt 2020-01-01T00:00:00.12345678Z', '2020-01-01T00:00:00.12345678Z is not a date-time with at most 7 fraction digits and a year from 0001 to 9999 (at character 20)'],
  ['12:00:00 eq id', '":" is not expected (at character 3)'],
  ['createdDateTime eq date', '"date" is not a property of microsoft.graph.onenoteOperation (at character 20)'],
  ["id eq 'a' or", 'a property, a literal or a function is expected before the end (at character 13)'],
  ["id eq 'a' and and", '"and" is not a property of microsoft.graph.onenoteOperation (at character 15)'],
  ["contains(id,'a'", '")" is expected before the end (at character 16)'],
  ["contains(id 'a')", `")" is expected before "'a'" (at character 13)`],
  ['contains(,)', 'a property, a literal or a function is expected before "," (at character 10)']
]

const badFiltersOfCalls: Cases = [
  ['foo eq bar', 'two dynamic properties cannot be compared: the kind of their values is not known (at character 5)'],
  ["foo in ('a',1)", 'the values of "in" must be of one kind (at character 13)'],
  ['resultInfo/foo eq 1', '"resultInfo/foo" is not a property of microsoft.graph.resultInfo (at character 1)'],
  ['foo eq 2020-01-01', 'a dynamic property cannot be compared with a date (at character 5)'],
  ['foo eq 2291d582-d582-2291-82d5-912282d59122', 'a dynamic property cannot be compared with a GUID (at character 5)'],
  ["x.y'a' eq 'a'", 'an enumeration literal cannot be compared with a text (at character 8)']
]

t.test('a filter is a tree of checked names and values', async (t) => {
  for (const [cases, type] of [[filtersOfNotes, OnenoteOperation], [filtersOfCalls, CommsOperation]] as const) {
    for (const [text, tree] of cases) t.strictSame(parseFilter(text, type), tree, text)
  }
  for (const [text, tree] of [
    ["priority eq 'HIGH'", { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['priority'], reading: 'enumeration', names: { high: 7, low: -3, middle: 2 } }, right: { kind: 'literal', value: 7 } }],
    ['priority ne null', { kind: 'compare', operator: 'ne', left: { kind: 'member', path: ['priority'], reading: 'any', names: { high: 7, low: -3, middle: 2 } }, right: { kind: 'literal', value: null } }],
    ['detail/level ge 1.5', { kind: 'compare', operator: 'ge', left: { kind: 'member', path: ['detail', 'level'], reading: 'number' }, right: { kind: 'literal', value: 1.5 } }],
    ['due gt x', { kind: 'compare', operator: 'gt', left: { kind: 'member', path: ['due'], reading: 'instant' }, right: { kind: 'member', path: ['x'], reading: 'instant' } }],
    ['urgent', { kind: 'member', path: ['urgent'], reading: 'boolean' }]
  ] as const) t.strictSame(parseFilter(text, Import), tree, text)
  t.strictSame(parseFilter(`${'a'.repeat(128)} eq 1`, CommsOperation), { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['a'.repeat(128)], reading: 'number' }, right: { kind: 'literal', value: 1 } })
})

t.test('a declared property of any kind takes its kind from the other side', async (t) => {
  const Loose = extend(Operation, 'contoso.looseOperation', { anything: Type.Unknown({ description: 'Anything.' }) }, { description: 'Loose.' })
  t.strictSame(parseFilter('anything gt 5', Loose), { kind: 'compare', operator: 'gt', left: { kind: 'member', path: ['anything'], reading: 'number' }, right: { kind: 'literal', value: 5 } })
  t.strictSame(parseFilter("anything/x eq 'a'", Loose), { kind: 'compare', operator: 'eq', left: { kind: 'member', path: ['anything', 'x'], reading: 'text' }, right: { kind: 'literal', value: 'a' } })
  t.match(messageOf('$orderby', () => parseOrderBy('anything', Loose)), /only declared properties have an order/)
})

t.test('a tree is frozen in depth', async (t) => {
  const isFrozen = (value: unknown): boolean => typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen))
  t.ok(isFrozen(parseFilter("priority in ('high','low') and not (contains(x/y,'a') or detail eq null)", Import)))
  t.ok(Object.isFrozen(parseOrderBy('status desc', OnenoteOperation)))
})

t.test('what is wrong with a filter is said, and where', async (t) => {
  for (const [cases, type] of [[badFiltersOfNotes, OnenoteOperation], [badFiltersOfCalls, CommsOperation]] as const) {
    for (const [text, message] of cases) t.equal(messageOf('$filter', () => parseFilter(text, type)), message, text)
  }
  const more: Array<[text: string, message: string]> = [
    ['tags eq null', '"tags" is a collection, which cannot be compared (at character 1)'], ['tags/x eq null', '"tags" is a collection, and a path cannot go into it (at character 1)'], ['due/x eq null', '"due" has no properties (at character 1)'],
    ['detail/Code eq null', '"detail/Code" is not a property of contoso.detail; did you mean "code"? (at character 1)'], ["status eq contoso.priority'high'", 'contoso.priority is another type than microsoft.graph.operationStatus (at character 11)'],
    ['status eq priority', 'a microsoft.graph.operationStatus cannot be compared with a contoso.priority (at character 8)'], ["priority in ('high',5)", 'a contoso.priority cannot be compared with a number (at character 21)'], ['urgent eq 1', 'a boolean cannot be compared with a number (at character 8)'],
    [`${'a'.repeat(129)} eq 1`, `"${'a'.repeat(129)}" cannot be the name of a property (at character 1)`], ['(urgent div 2)', 'the operator "div" is not supported (at character 9)'], ["contains(label mul 'x')", 'the operator "mul" is not supported (at character 16)'], ['size divby 2 eq 1', 'the operator "divby" is not supported (at character 6)'], ['size mod 2 eq 1', 'the operator "mod" is not supported (at character 6)'],
    ['label in (label)', 'a literal is expected before "label" (at character 11)'], ['label in label', '"(" is expected before "label" (at character 10)'], ['x in (null,5,true)', 'the values of "in" must be of one kind (at character 14)']
  ]
  for (const [text, message] of more) t.equal(messageOf('$filter', () => parseFilter(text, Import)), message, text.slice(0, 60))
})

t.test('bounds of a filter: exactly at, and one over', async (t) => {
  const parse = (text: string) => parseFilter(text, Import)
  const complaint = (text: string) => messageOf('$filter', () => parse(text))
  const padded = (length: number): string => `label eq '${'x'.repeat(length - 11)}'`
  t.equal(filterLimit, 2_048)
  t.type(parse(padded(2_048)), 'object')
  t.equal(complaint(padded(2_049)), 'it must have at most 2,048 characters')

  // x eq 1 is three, and the conjunction one more
  const nodes = (comparisons: number, more = ''): string => Array.from({ length: comparisons }, () => 'x eq 1').join(' and ') + more
  t.type(parse(nodes(33)), 'object', '100')
  t.equal(complaint(nodes(33, ' and y')), 'an expression must have at most 100 operators, functions, properties and literals (at character 1)')
  t.match(complaint(`not (${nodes(33)})`), /^an expression must have at most 100 .*\(at character 1\)$/)

  const nested = (open: string, close: string, levels: number, inner = 'urgent'): string => open.repeat(levels) + inner + close.repeat(levels)
  for (const [open, close] of [['(', ')'], ['not ', ''], ['not(', ')']] as const) {
    const most = open === 'not(' ? 8 : 16
    t.type(parse(nested(open, close, most)), 'object', `${most} of ${open}`)
    t.match(complaint(nested(open, close, most + 1)), /^an expression must be at most 16 levels deep \(at character \d+\)$/)
  }
  t.type(parse(`${nested('tolower(', ')', 16, 'label')} eq 'a'`), 'object')
  t.equal(complaint(`${nested('tolower(', ')', 17, 'label')} eq 'a'`), 'an expression must be at most 16 levels deep (at character 137)')
  t.type(parse(`${'(urgent) and '.repeat(40)}true`), 'object', 'depth is not length')

  const list = (values: number): string => `size in (${Array.from({ length: values }, (_, n) => n).join()})`
  t.match(parse(list(50)), { kind: 'in' })
  t.equal(complaint(list(51)), '"in" takes at most 50 values (at character 6)')
})

const orders: Array<[StructuredType, Cases]> = [[OnenoteOperation, [
  ['id', [{ by: { kind: 'column', column: 'id' }, descending: false }]],
  ['id desc', [{ by: { kind: 'column', column: 'id' }, descending: true }]],
  ['id DESC,status ASC', [{ by: { kind: 'column', column: 'id' }, descending: true }, { by: { kind: 'column', column: 'status' }, descending: false }]],
  ['status desc,createdDateTime', [{ by: { kind: 'column', column: 'status' }, descending: true }, { by: { kind: 'column', column: 'created' }, descending: false }]],
  [' id\t desc ', [{ by: { kind: 'column', column: 'id' }, descending: true }]],
  ['error/code', [{ by: { kind: 'member', path: ['error', 'code'], reading: 'text' }, descending: false }]],
  ['id,status,createdDateTime,lastActionDateTime', [{ by: { kind: 'column', column: 'id' }, descending: false }, { by: { kind: 'column', column: 'status' }, descending: false }, { by: { kind: 'column', column: 'created' }, descending: false }, { by: { kind: 'column', column: 'lastAction' }, descending: false }]]
]], [CommsOperation, [
  ['resultInfo/code desc', [{ by: { kind: 'member', path: ['resultInfo', 'code'], reading: 'number' }, descending: true }]]
]]]

const badOrders: Array<[StructuredType, Cases]> = [[OnenoteOperation, [
  ['ID', '"ID" is not a property of microsoft.graph.onenoteOperation; did you mean "id"? (at character 1)'],
  ['', 'a property is expected, with asc or desc after it (at character 1)'],
  ['id asc asc', 'a property is expected, with asc or desc after it (at character 1)'],
  ['id,id', '"id" is there twice (at character 4)'],
  ['id, id desc', '"id desc" is there twice (at character 4)'],
  ['error', '"error" is not a single value (at character 1)'],
  ['foo', '"foo" is not a property of microsoft.graph.onenoteOperation (at character 1)'],
  ['id desc,', 'a property is expected, with asc or desc after it (at character 9)'],
  ["contains(id,'a')", 'a property is expected, with asc or desc after it (at character 1)'],
  ['$count', 'a property is expected, with asc or desc after it (at character 1)'],
  ['length(id)', 'a property is expected, with asc or desc after it (at character 1)'],
  ['id,status,createdDateTime,lastActionDateTime,percentComplete', 'it must have at most 4 properties'],
  ['id descending', 'a property is expected, with asc or desc after it (at character 1)'],
  ['error/code/x', '"error/code" has no properties (at character 1)']
]], [CommsOperation, [
  ['createdDateTime', '"createdDateTime" is not declared, and only declared properties have an order (at character 1)'],
  ['resultInfo', '"resultInfo" is not a single value (at character 1)'],
  ['foo/bar', '"foo/bar" is not declared, and only declared properties have an order (at character 1)']
]]]

t.test('an order: declared single values, each once', async (t) => {
  for (const [type, cases] of orders) for (const [text, order] of cases) t.strictSame(parseOrderBy(text, type), order, text)
  for (const [type, cases] of badOrders) for (const [text, message] of cases) t.equal(messageOf('$orderby', () => parseOrderBy(text, type)), message, text)
  t.strictSame(parseOrderBy('priority', Import), [{ by: { kind: 'member', path: ['priority'], reading: 'enumeration', names: { high: 7, low: -3, middle: 2 } }, descending: false }])
  t.equal(messageOf('$orderby', () => parseOrderBy('id,tags', Import)), '"tags" is not a single value (at character 4)')
})

/** A selection as lists: a name, or a name with what is selected below it. */
function toLists (selection: Selection | undefined): unknown {
  return selection && [...selection].map(([name, inner]) => inner === undefined ? name : [name, toLists(inner)])
}

const selections: Array<[StructuredType, Cases]> = [[OnenoteOperation, [
  ['id', ['id']],
  ['status', ['id', 'status']],
  ['status,id', ['id', 'status']],
  ['*', undefined],
  ['status,*', undefined],
  ['error/code', ['id', ['error', ['code']]]],
  ['error,error/code', ['id', 'error']],
  ['error/code,error', ['id', 'error']],
  ['error/code,error/message', ['id', ['error', ['code', 'message']]]],
  ['status,status', ['id', 'status']],
  [' status , id ', ['id', 'status']]
]], [CommsOperation, [
  ['foo', ['id', 'foo']],
  ['foo/bar', ['id', ['foo', ['bar']]]],
  ['foo/bar,foo', ['id', 'foo']],
  ['recordingLocation,resultInfo/code', ['id', 'recordingLocation', ['resultInfo', ['code']]]]
]]]

const badSelections: Array<[StructuredType, Cases]> = [[OnenoteOperation, [
  ['Status', '"Status" is not a property of microsoft.graph.onenoteOperation; did you mean "status"? (at character 1)'],
  ['foo', '"foo" is not a property of microsoft.graph.onenoteOperation (at character 1)'],
  ['', 'a property is expected (at character 1)'],
  [',', 'a property is expected (at character 1)'],
  ['id,', 'a property is expected (at character 4)'],
  ['error/*', '"error/*" is not a property (at character 1)'],
  ['microsoft.graph.operation/status', 'the type cast "microsoft.graph.operation" is not supported (at character 1)'],
  ['@odata.type', '"@odata.type" is not a property (at character 1)'],
  ['error/foo', '"error/foo" is not a property of microsoft.graph.onenoteOperationError (at character 1)'],
  ['id/x', '"id" has no properties (at character 1)'],
  ['status desc', '"status desc" is not a property (at character 1)'],
  ['$count', '"$count" is not a property (at character 1)']
]], [CommsOperation, [
  ['a-b', '"a-b" is not a property (at character 1)'],
  ['foo@odata.type', '"foo@odata.type" is not a property (at character 1)']
]]]

t.test('a selection: declared and dynamic properties, and members of complex ones', async (t) => {
  for (const [type, cases] of selections) for (const [text, selection] of cases) t.strictSame(toLists(parseSelect(text, type)), selection, text)
  for (const [type, cases] of badSelections) for (const [text, message] of cases) t.equal(messageOf('$select', () => parseSelect(text, type)), message, text)
  t.strictSame(toLists(parseSelect('x/y/z,x/y/w,tags', Import)), ['id', ['x', [['y', ['z', 'w']]]], 'tags'])
  const many = (count: number): string => Array.from({ length: count }, (_, n) => `p${n}`).join()
  t.equal(parseSelect(many(50), Import)?.size, 51, 'and the key')
  t.equal(messageOf('$select', () => parseSelect(many(51), Import)), 'it must have at most 50 properties')
})

t.test('the options of a URL: with and without $, in any case, each once', async (t) => {
  const supported: OptionName[] = ['$filter', '$orderby', '$select', '$top', '$skip', '$count', '$skiptoken']
  const parse = (query: string) => parseQueryOptions(query, supported)
  for (const [query, options] of [
    ['', {}], ['&', {}], ['$top=5', { $top: '5' }], ['top=5', { $top: '5' }], ['%24TOP=5&', { $top: '5' }], ['$OrderBy=id%20desc&&SKIPTOKEN=a=b', { $orderby: 'id desc', $skiptoken: 'a=b' }],
    ['$filter=a+eq+%2B5', { $filter: 'a eq +5' }], ['Filter=%27%F0%9F%98%80%26%27', { $filter: "'😀&'" }], ['$count=true&$select=*', { $count: 'true', $select: '*' }]
  ] as const) t.strictSame(parse(query), options, query)
  for (const [query, target, message] of [
    ['$top=1&$top=1', '$top', '$top: it is there twice'], ['top=1&%24Top=2', '$top', '$top: it is there twice'], ['$top', '$top', '$top: it is empty'], ['$filter=', '$filter', '$filter: it is empty'], ['$filter=+%20', '$filter', '$filter: it is empty'],
    ['$expand=a', '$expand', '$expand is not supported here'], ['search=a', '$search', '$search is not supported here'], ['$APPLY=a', '$apply', '$apply is not supported here'], ['$compute=a', '$compute', '$compute is not supported here'], ['$format=json', '$format', '$format is not supported here'], ['$deltatoken=1', '$deltatoken', '$deltatoken is not supported here'],
    ['x=1', 'x', '"x" is not a query option of this route'], ['$x=1', '$x', '"$x" is not a query option of this route'], ['$$top=1', '$$top', '"$$top" is not a query option of this route'], ['@p=1', '@p', '"@p" is not a query option of this route'], ['=1', '', '"" is not a query option of this route'],
    ['__proto__=1', '__proto__', '"__proto__" is not a query option of this route'], ['$filter=%zz', '', 'the query has "%zz", which is not percent-encoded UTF-8'], ['$filter=%', '', 'the query has "%", which is not percent-encoded UTF-8'], ['%ff=1', '', 'the query has "%ff", which is not percent-encoded UTF-8'], ['$filter=%ed%a0%80', '', 'the query has "%ed%a0%80", which is not percent-encoded UTF-8']
  ] as const) t.throws(() => parse(query), { statusCode: 400, message, ...(target !== '' && { target }) }, query)
  t.throws(() => parseQueryOptions('$top=1', ['$filter']), { message: '$top is not supported here' })
})

t.test('numbers of a page', async (t) => {
  t.equal(parseTop('1'), 1)
  t.equal(parseTop('1000'), 1_000)
  t.equal(parseTop('0005'), 5)
  t.equal(parseSkip('0'), 0)
  t.equal(parseSkip('10000'), 10_000)
  for (const text of ['0', '1001', '-1', '+1', '1.0', '1e2', ' 1', '1 ', 'x', '', '0x10', '0000000001', '٣']) t.equal(messageOf('$top', () => parseTop(text)), 'it must be a whole number from 1 to 1000', text)
  for (const text of ['10001', '-1', '999999999999']) t.equal(messageOf('$skip', () => parseSkip(text)), 'it must be a whole number from 0 to 10000', text)
  t.equal(parseCount('true'), true)
  t.equal(parseCount('FALSE'), false)
  for (const text of ['1', 'yes', ' true', 'null']) t.equal(messageOf('$count', () => parseCount(text)), 'it must be true or false', text)
  for (const [top, preferred, size] of [[undefined, undefined, 100], [5, undefined, 5], [undefined, 7, 7], [5, 7, 5], [7, 5, 5], [undefined, 5_000, 1_000], [1_000, undefined, 1_000], [1_000, 5_000, 1_000]] as const) t.equal(toPageSize(top, preferred), size, `${String(top)} ${String(preferred)}`)
})

t.test('a query of a collection is made of all its options', async (t) => {
  t.strictSame(parseCollectionQuery({}, OnenoteOperation, []), { query: { filter: undefined, orderBy: [] }, top: undefined, skip: 0, isCounted: false, selection: undefined })
  const options = { $filter: "id eq 'a'", $orderby: 'id desc', $select: 'status', $top: '3', $skip: '4', $count: 'true' }
  t.match(parseCollectionQuery(options, OnenoteOperation, []), { query: { filter: { kind: 'compare' }, orderBy: [{ descending: true }] }, top: 3, skip: 4, isCounted: true, selection: new Map([['id', undefined], ['status', undefined]]) })
  t.strictSame(toLastingOptions(options), [['$filter', "id eq 'a'"], ['$orderby', 'id desc'], ['$select', 'status'], ['$top', '3']])
  t.equal(messageOf('$skip', () => parseCollectionQuery({ $skip: '1', $skiptoken: 'x' }, OnenoteOperation, [])), 'it does not go with $skiptoken')
})

t.test('a continuation token: opaque, bound to what it continues, and never another one', async (t) => {
  const tokens = makeSkipTokens('a secret of the store')
  const places = [{ after: [] }, { after: [null, true, 5e-324, 0, "it's 😀", 'x'.repeat(256)], size: 5 }]
  const binding = JSON.stringify(['tenant', 'sites/1', [['$top', '5']]])
  for (const place of places) {
    const token = tokens.toToken(place, binding)
    t.match(token, /^[\w-]+$/)
    t.notMatch(Buffer.from(token, 'base64url').toString('latin1'), /after/)
    t.not(tokens.toToken(place, binding), token, 'no two are alike')
    t.strictSame(tokens.parseToken(token, binding), place)
    t.strictSame(makeSkipTokens('a secret of the store').parseToken(token, binding), place, 'another process with the same secret')

    const refused = (changed: string, name: string, of = tokens, by = binding): void => { t.match(messageOf('$skiptoken', () => of.parseToken(changed, by)), /^it (?:is not a continuation token|belongs to another query or collection); follow @odata\.nextLink as it is$/, name) }
    refused(token, 'another secret', makeSkipTokens('another secret'))
    refused(token, 'another tenant', tokens, binding.replace('tenant', 'tenanT'))
    refused(token, 'another owner', tokens, binding.replace('sites/1', 'sites/2'))
    refused(token, 'another query', tokens, binding.replace('5', '6'))
    let accepted = 0
    for (let position = 0; position < token.length; position += 1) {
      for (const character of 'A-_z9=.+/ é') {
        const changed = token.slice(0, position) + character + token.slice(position + 1)
        if (changed === token) continue
        try {
          tokens.parseToken(changed, binding)
          accepted += 1
        } catch (error) {
          if ((error as GraphError).statusCode !== 400) throw error
        }
      }
    }
    t.equal(accepted, 0, 'no character can be another one')
    for (const changed of ['', 'A', token.slice(1), token.slice(0, -1), token.slice(0, 37), token.slice(0, 38), token.slice(0, 40), `${token}A`, `${token}=`, `${token}==`, ` ${token}`, `${token} `, token + token, token.toUpperCase(), 'null', '😀']) refused(changed, JSON.stringify(changed.slice(0, 50)))
  }
})

/** Milliseconds of the quickest of some times: what a loaded machine does meanwhile is not counted. */
function timeOf (run: () => void): number {
  return Math.min(...Array.from({ length: 5 }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  }))
}

t.test('hostile texts are refused at once', async (t) => {
  const hostile = [
    '('.repeat(10_000), '('.repeat(2_048), `${'('.repeat(1_000)}true${')'.repeat(1_000)}`, 'not '.repeat(500), 'not('.repeat(511), Array.from({ length: 1_000 }, () => 'x').join(' and '), Array.from({ length: 290 }, () => 'x').join(' or '),
    "'".repeat(2_047), "'".repeat(2_048), `'${"''".repeat(1_000)}`, `x'${"''".repeat(1_000)}`, '%'.repeat(2_048), '\0', '\x01\x02\x1f\x7f', '\ud800', "'\udc00\ud800'", '\ufeff', `x eq ${'9'.repeat(2_000)}`, 'x eq 1e999', `x eq ${'9'.repeat(1_000)}.${'9'.repeat(1_000)}e`, `x eq 1e${'0'.repeat(2_000)}9999`,
    `${'a'.repeat(2_000)} eq 1`, `${'a.'.repeat(1_000)}a eq 1`, `${'a/'.repeat(1_023)}/`, 'a('.repeat(1_000), `${' '.repeat(2_047)}x`, '\t'.repeat(2_048), `2020-01-01T00:00:00.${'0'.repeat(2_000)}Z`, `${'0'.repeat(2_000)}-`, 'abcdefab-abcd-abcd-abcd-'.repeat(80), `x in (${'1,'.repeat(1_000)}`, `x in (${'1,'.repeat(1_000)}1)`, `contains(${'x,'.repeat(1_000)}x)`,
    'x'.repeat(1_000_000), `'${'x'.repeat(1_000_000)}'`, '__proto__.x eq 1', 'eq '.repeat(680), `true${' eq true'.repeat(200)}`, '-'.repeat(2_048), '+'.repeat(2_048), '@'.repeat(2_000), '$it/x'
  ]
  for (const text of hostile) {
    const message = messageOf('$filter', () => parseFilter(text, OnenoteOperation))
    const taken = timeOf(() => { messageOf('$filter', () => parseFilter(text, OnenoteOperation)) })
    t.notMatch(message, /^no complaint/, JSON.stringify(text.slice(0, 40)))
    t.ok(taken < 50, `${taken} ms for ${JSON.stringify(text.slice(0, 40))}`)
    t.ok(message.length < 3_000)
  }
  const lists = [','.repeat(10_000), `${' '.repeat(100_000)}x y`, 'a/'.repeat(50_000), `a${' '.repeat(100_000)}!`, 'a.'.repeat(50_000), '\0', '\ud800', 'a'.repeat(100_000), `${'a,'.repeat(49)}${'('.repeat(10_000)}`]
  for (const text of lists) {
    for (const [option, parse] of [['$orderby', parseOrderBy], ['$select', parseSelect]] as const) {
      t.notMatch(messageOf(option, () => parse(text, OnenoteOperation)), /^no complaint/)
      const taken = timeOf(() => { messageOf(option, () => parse(text, OnenoteOperation)) })
      t.ok(taken < 50, `${option}: ${taken} ms for ${JSON.stringify(text.slice(0, 40))}`)
    }
  }
})
