import type { Static, TSchema } from '@sinclair/typebox'
import { Type } from '@sinclair/typebox'
import fc from 'fast-check'
import t from 'tap'
import { findInstant, isDateTimeOffset, makeClock } from '../schemas/date-time.js'
import { declaredProperties, definitionOf, findEnumeration, findStructured, lineage } from '../schemas/definition.js'
import { ErrorEnvelope } from '../schemas/error.js'
import * as schemas from '../schemas/index.js'
import {
  boolean, builtInTypes, CommsOperation, complex, dateTimeOffset, described, Entity, entity, enumeration, extend, immutable, int32,
  InvitationParticipantInfo, MuteParticipantsOperation, nullable, OnenoteOperation, OnenoteOperationError, Operation,
  OperationStatus, PlayPromptOperation, RecordOperation, ResultInfo, SendDtmfTonesOperation, text
} from '../schemas/index.js'
import type { Create, StructuredType, Update , InviteParticipantsOperation} from '../schemas/index.js'
import { isImmutable, splitNullable } from '../schemas/primitives.js'
import { isOwnerId, ownerIdPattern, toOwnerId } from '../schemas/owner-id.js'
import { isApplication, PrincipalSchema } from '../schemas/principal.js'
import { toParametersSchema } from '../schemas/request.js'
import { descendsFrom, makeTypeSet, nameOf, typeNameKey } from '../schemas/type-set.js'
import { compile } from '../schemas/validator.js'
import { toComponentName, toComponents, toReference, toShortName } from '../schemas/views/component.js'
import { toExample } from '../schemas/views/example.js'
import { toFamily } from '../schemas/views/family.js'
import { toComplexSchema, toProperty, toRequestSchema, toResultSchema } from '../schemas/views/request.js'

type Json = Record<string, unknown>

const said = { description: 'For this test.' }
const types = makeTypeSet(builtInTypes)

/** What a schema accepts, as the issues of one value. */
const issuesOf = (schema: TSchema, value: unknown): string[] => compile(schema)(value).map(({ message }) => message)
const accepts = (schema: TSchema, value: unknown): boolean => issuesOf(schema, value).length === 0

// --- definitions ---

t.test('a type knows its name, kind, base and own properties', async (t) => {
  const own = { rows: nullable(int32('How many.')) }
  const Import = extend(Operation, 'contoso.importOperation', own, said)
  t.strictSame(definitionOf(Import), { kind: 'entity', description: said.description, name: 'contoso.importOperation', base: Operation, own, open: false, abstract: false })
  t.equal(Import['description'], said.description)
  t.strictSame(declaredProperties(Import).map(([name]) => name), ['id', 'createdDateTime', 'lastActionDateTime', 'status', 'rows'])
  t.strictSame(lineage(Import), [Import, Operation, Entity])
  t.ok(Object.isFrozen(Import) && Object.isFrozen(definitionOf(Import)))
})

t.test('a type may be a root, abstract, complex or open', async (t) => {
  t.match(definitionOf(entity('contoso.root', {}, said)), { kind: 'entity', open: false, abstract: false })
  t.match(definitionOf(entity('contoso.root', {}, { ...said, open: true, abstract: true })), { kind: 'entity', open: true, abstract: true })
  t.match(definitionOf(complex('contoso.value', {}, said)), { kind: 'complex', open: false, abstract: false })
  t.match(definitionOf(complex('contoso.value', {}, { ...said, open: true })), { kind: 'complex', open: true })
  t.match(definitionOf(extend(Operation, 'contoso.x', {}, { ...said, abstract: true })), { abstract: true })
  t.equal(definitionOf(entity('contoso.root', {}, said)).base, undefined)
})

t.test('openness is inherited and may be added, being abstract is neither', async (t) => {
  const Open = extend(Operation, 'contoso.open', {}, { ...said, open: true })
  t.equal(definitionOf(Open).open, true)
  t.equal(definitionOf(extend(Open, 'contoso.below', {}, said)).open, true)
  t.equal(definitionOf(extend(Open, 'contoso.below', {}, { ...said, open: false })).open, true)
  t.equal(definitionOf(extend(Operation, 'contoso.closed', {}, said)).open, false)
  t.equal(definitionOf(Operation).open, false, 'the base stays as it was')
  t.equal(definitionOf(Operation).abstract, false, 'entity is abstract, operation is not')
})

t.test('a type derived from a complex one is complex', async (t) => {
  t.match(definitionOf(extend(ResultInfo, 'contoso.resultInfo', { hint: nullable(text('More.')) }, said)), { kind: 'complex', base: ResultInfo })
})

t.test('a property is declared once', async (t) => {
  t.throws(() => extend(Operation, 'contoso.x', { status: text('Again.') }, said), new TypeError('contoso.x declares "status", which it inherits'))
  t.throws(() => extend(OnenoteOperation, 'contoso.x', { id: text('From far above.') }, said), TypeError)
  t.throws(() => extend(Operation, 'contoso.x', { '@odata.type': Type.String() }, said), TypeError)
  t.doesNotThrow(() => extend(Operation, 'contoso.x', { toString: text('No property of a type, only of every object.') }, said))
})

t.test('a name is qualified', async (t) => {
  for (const name of ['', 'x', '.x', 'x.', 'x..y', 'x.1y', '1x.y', 'x.y z', '#x.y', 'x.y\n', `x.${'y'.repeat(129)}`, 'x.ü']) {
    t.throws(() => extend(Operation, name, {}, said), { name: 'TypeError', message: `"${name}" is not a qualified type name such as contoso.importOperation` })
    t.throws(() => entity(name, {}, said), TypeError)
    t.throws(() => complex(name, {}, said), TypeError)
    t.throws(() => enumeration(name, { a: 0 }, said), TypeError)
  }
  for (const name of ['x.y', 'microsoft.graph.x', '_a._b', `x.${'y'.repeat(128)}`]) t.doesNotThrow(() => extend(Operation, name, {}, said))
})

t.test('an enumeration keeps its values', async (t) => {
  const members = { low: 0, high: 10 }
  const Level = enumeration('contoso.level', members, said)
  t.strictSame(findEnumeration(Level), { kind: 'enumeration', name: 'contoso.level', description: said.description, members: { low: 0, high: 10 } })
  members.low = 5
  t.equal(findEnumeration(Level)?.members['low'], 0, 'a copy')
  t.ok(Object.isFrozen(findEnumeration(Level)) && Object.isFrozen(findEnumeration(Level)?.members))
  t.match(Level, { type: 'string', enum: ['low', 'high'], description: said.description })
})

t.test('what a schema is, is found, also through a description', async (t) => {
  const [plain, Level] = [text('Plain.'), enumeration('contoso.level', { low: 0 }, said)]
  t.equal(findEnumeration(plain), undefined)
  t.equal(findEnumeration(ResultInfo), undefined)
  t.equal(findEnumeration(described(Level, 'Other.'))?.name, 'contoso.level')
  t.equal(findStructured(plain), undefined)
  t.equal(findStructured(Level), undefined)
  t.equal(findStructured(ResultInfo), ResultInfo)
  t.equal(findStructured(Operation), Operation)
})

t.test('static types follow the definition', async (t) => {
  const operation: OnenoteOperation = {
    '@odata.type': '#microsoft.graph.onenoteOperation', id: 'a', createdDateTime: null, lastActionDateTime: null, status: 'Running',
    error: { '@odata.type': '#microsoft.graph.onenoteOperationError', code: '1', message: null }, percentComplete: '40', resourceId: null, resourceLocation: null
  }
  const update: Update<OnenoteOperation> = { status: null, error: { code: '2' } }
  const comms: Create<CommsOperation> = { resultInfo: { code: 200, subcode: 0 } }
  const invite: Create<Static<typeof InviteParticipantsOperation>> = { participants: [{ identity: { user: { id: 'a' } } }] }
  // @ts-expect-error percentComplete is a text
  const wrongKind: Update<OnenoteOperation> = { percentComplete: 40 }
  // @ts-expect-error the subcode is needed
  const noSubcode: Create<CommsOperation> = { resultInfo: { code: 200 } }
  // @ts-expect-error the status of a comms operation is not null
  const nullStatus: Update<CommsOperation> = { status: null }
  const onenote = toRequestSchema(OnenoteOperation, types, 'update')
  const commsCreate = toRequestSchema(CommsOperation, types, 'create')
  t.ok(accepts(toResultSchema(OnenoteOperation), operation))
  t.ok(accepts(onenote, update))
  t.notOk(accepts(onenote, wrongKind))
  t.ok(accepts(commsCreate, comms))
  t.notOk(accepts(commsCreate, noSubcode))
  t.notOk(accepts(toRequestSchema(CommsOperation, types, 'update'), nullStatus))
  t.ok(accepts(toResultSchema(CommsOperation), { id: 'a', clientContext: null, resultInfo: null, status: 'Running' }))
  t.equal(invite.participants?.length, 1)
})

// --- the contract, held against facts.md section 2 ---

/** A property's type as the CSDL has it. */
function toEdm (schema: TSchema): string {
  const members = (schema['anyOf'] ?? [schema]) as TSchema[]
  const value = members.find((member) => member['type'] !== 'null') as TSchema
  const named = findEnumeration(value)?.name ?? (findStructured(value) === undefined ? undefined : nameOf(value as StructuredType))
  const name = named?.replace('microsoft.graph.', '')
    ?? (value['type'] === 'array' ? `Collection(${toEdm(value['items'] as TSchema)})` : undefined)
    ?? (value['format'] === 'date-time' ? 'DateTimeOffset' : undefined)
    ?? { string: 'String', integer: value['format'] === 'int32' ? 'Int32' : 'Int64', boolean: 'Boolean' }[value['type'] as string]
  return `${String(name)}${members.length > 1 ? ' null' : ''}`
}

type Row = readonly [name: string, base: string | undefined, openness: 'open' | 'closed', own: Record<string, string>]
const invited = { participants: 'Collection(invitationParticipantInfo)' }
const facts: readonly Row[] = [
  ['entity', undefined, 'closed', { id: 'String' }],
  ['operation', 'entity', 'closed', { createdDateTime: 'DateTimeOffset null', lastActionDateTime: 'DateTimeOffset null', status: 'operationStatus null' }],
  ['onenoteOperation', 'operation', 'closed', { error: 'onenoteOperationError null', percentComplete: 'String null', resourceId: 'String null', resourceLocation: 'String null' }],
  ['commsOperation', 'entity', 'open', { clientContext: 'String null', resultInfo: 'resultInfo null', status: 'operationStatus' }],
  ['addLargeGalleryViewOperation', 'commsOperation', 'open', {}],
  ['cancelMediaProcessingOperation', 'commsOperation', 'open', {}],
  ['inviteParticipantsOperation', 'commsOperation', 'open', invited],
  ['muteParticipantOperation', 'commsOperation', 'open', {}],
  ['playPromptOperation', 'commsOperation', 'open', { completionReason: 'playPromptCompletionReason null' }],
  ['recordOperation', 'commsOperation', 'open', { completionReason: 'recordCompletionReason null', recordingAccessToken: 'String null', recordingLocation: 'String null' }],
  ['sendDtmfTonesOperation', 'commsOperation', 'open', { completionReason: 'sendDtmfCompletionReason null' }],
  ['startHoldMusicOperation', 'commsOperation', 'open', {}],
  ['stopHoldMusicOperation', 'commsOperation', 'open', {}],
  ['subscribeToToneOperation', 'commsOperation', 'open', {}],
  ['unmuteParticipantOperation', 'commsOperation', 'open', {}],
  ['updateRecordingStatusOperation', 'commsOperation', 'open', {}],
  ['admitAllFromLobbyOperation', 'commsOperation', 'open', {}],
  ['admitFromLobbyOperation', 'commsOperation', 'open', {}],
  ['removeFromLobbyOperation', 'commsOperation', 'open', {}],
  ['startRecordingOperation', 'commsOperation', 'open', {}],
  ['stopRecordingOperation', 'commsOperation', 'open', {}],
  ['startTranscriptionOperation', 'commsOperation', 'open', {}],
  ['stopTranscriptionOperation', 'commsOperation', 'open', {}],
  ['muteParticipantsOperation', 'commsOperation', 'open', { participants: 'Collection(String)' }]
]

function toRow (type: StructuredType): Row {
  const { name, base, open, own } = definitionOf(type)
  const short = (given: string): string => given.replace('microsoft.graph.', '')
  return [short(name), base && short(nameOf(base)), open ? 'open' : 'closed', Object.fromEntries(Object.entries(own).map(([property, schema]) => [property, toEdm(schema)]))]
}

t.test('the types are those of the metadata', async (t) => {
  for (const row of facts) {
    const type = types.find(`microsoft.graph.${row[0]}`)
    t.strictSame(type && toRow(type), row, row[0])
  }
  t.strictSame(types.all.map(nameOf).sort(), facts.map(([name]) => `microsoft.graph.${name}`).sort(), 'and no others')
  t.strictSame(types.all.filter((type) => definitionOf(type).abstract), [Entity])
})

t.test('the complex types are those of the metadata', async (t) => {
  t.strictSame(toRow(OnenoteOperationError), ['onenoteOperationError', undefined, 'closed', { code: 'String null', message: 'String null' }])
  t.strictSame(toRow(ResultInfo), ['resultInfo', undefined, 'closed', { code: 'Int32', subcode: 'Int32', message: 'String null' }])
  t.strictSame(toRow(InvitationParticipantInfo), ['invitationParticipantInfo', undefined, 'open', {
    hidden: 'Boolean null', identity: 'identitySet', participantId: 'String null', removeFromDefaultAudioRoutingGroup: 'Boolean null', replacesCallId: 'String null'
  }])
  for (const type of [OnenoteOperationError, ResultInfo, InvitationParticipantInfo]) t.equal(definitionOf(type).kind, 'complex')
})

t.test('the enumerations are those of the metadata', async (t) => {
  const members = (schema: TSchema) => findEnumeration(splitNullable(schema).value)?.members
  const ended = { unknown: 0, completedSuccessfully: 1, mediaOperationCanceled: 2, unknownFutureValue: 3 }
  t.strictSame(members(OperationStatus), { NotStarted: 0, Running: 1, Completed: 2, Failed: 3 })
  t.strictSame(members(PlayPromptOperation.properties.completionReason), ended)
  t.strictSame(members(SendDtmfTonesOperation.properties.completionReason), ended)
  t.strictSame(Object.keys(members(RecordOperation.properties.completionReason) ?? {}), [
    'operationCanceled', 'stopToneDetected', 'maxRecordDurationReached', 'initialSilenceTimeout', 'maxSilenceTimeout', 'playPromptFailed', 'playBeepFailed', 'mediaReceiveTimeout', 'unspecifiedError'
  ])
})

t.test('commsOperation stands on entity and not on operation', async (t) => {
  t.strictSame(lineage(CommsOperation), [CommsOperation, Entity])
  t.notOk(descendsFrom(CommsOperation, Operation))
  t.notOk(Object.hasOwn(CommsOperation.properties, 'createdDateTime'))
  t.equal(findEnumeration(CommsOperation.properties.status)?.name, findEnumeration(splitNullable(OnenoteOperation.properties.status).value)?.name, 'they share the vocabulary')
})

t.test('the limits and mutability of single properties', async (t) => {
  t.equal(splitNullable(CommsOperation.properties.clientContext).value['maxLength'], 256)
  t.equal(splitNullable(OnenoteOperation.properties.resourceId).value['maxLength'], 4096)
  const immutables = types.all.flatMap((type) => Object.entries(definitionOf(type).own).filter(([, schema]) => isImmutable(schema)).map(([name]) => name))
  t.strictSame(immutables, ['id', 'createdDateTime'])
})

t.test('the index exports every type', async (t) => {
  const exported = Object.values(schemas).map((value) => findStructured(value as TSchema)).filter((type) => type !== undefined)
  for (const type of builtInTypes) t.ok(exported.includes(type), nameOf(type))
})

// --- primitives ---

t.test('primitives are what OData calls them', async (t) => {
  t.match(text('A text.'), { type: 'string', maxLength: 4096, description: 'A text.' })
  t.match(text('A text.', { maxLength: 5, examples: ['a'] }), { maxLength: 5, examples: ['a'] })
  t.match(dateTimeOffset('When.', { examples: ['b'] }), { type: 'string', format: 'date-time', description: 'When.', examples: ['b'] })
  t.match(dateTimeOffset('When.'), { format: 'date-time' })
  t.match(int32('How many.', { examples: [1] }), { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1, examples: [1] })
  t.match(boolean('Whether.'), { type: 'boolean', description: 'Whether.' })
})

t.test('a schema can be described and made immutable without a change to it', async (t) => {
  const schema = text('One.')
  t.match(described(schema, 'Two.'), { type: 'string', description: 'Two.' })
  t.notOk(Object.hasOwn(described(schema, 'Two.'), 'examples'))
  t.strictSame(described(schema, 'Two.', ['x'])['examples'], ['x'])
  t.ok(isImmutable(immutable(schema)))
  t.notOk(isImmutable(schema))
  t.equal(schema.description, 'One.')
})

t.test('null is split from a schema', async (t) => {
  const schema = text('One.')
  t.strictSame(splitNullable(schema), { value: schema, isNullable: false })
  t.strictSame(splitNullable(nullable(schema)), { value: schema, isNullable: true })
  const nullFirst = Type.Union([Type.Null(), schema])
  t.strictSame(splitNullable(nullFirst), { value: schema, isNullable: true })
  const three = Type.Union([schema, int32('Two.'), boolean('Three.')])
  t.strictSame(splitNullable(three), { value: three, isNullable: false })
  t.strictSame(splitNullable(nullable(three)), { value: three, isNullable: true })
})

t.test('a choice of two is not taken for its first', async (t) => {
  const two = Type.Union([text('One.'), int32('Two.')])
  t.strictSame(splitNullable(two), { value: two, isNullable: false })
})

// --- type sets ---

t.test('a type set holds the bases too, each once', async (t) => {
  t.strictSame(makeTypeSet([OnenoteOperation]).all, [OnenoteOperation, Operation, Entity])
  t.strictSame(makeTypeSet([OnenoteOperation, OnenoteOperation, Operation]).all.length, 3)
  t.ok(Object.isFrozen(types.all))
})

t.test('a type is found with and without #, in any case', async (t) => {
  for (const name of ['microsoft.graph.onenoteOperation', '#microsoft.graph.onenoteOperation', '#Microsoft.Graph.ONENOTEOPERATION']) t.equal(types.find(name), OnenoteOperation, name)
  for (const name of ['', '#', 'onenoteOperation', '##microsoft.graph.onenoteOperation', 'microsoft.graph.onenoteOperation#', 'microsoft.graph.resultInfo', '__proto__']) t.equal(types.find(name), undefined, name)
  t.equal(typeNameKey('#Microsoft.Graph.ResultInfo'), typeNameKey('microsoft.graph.resultInfo'))
})

t.test('two types of one name are refused', async (t) => {
  const Twin = extend(Operation, 'microsoft.graph.OnenoteOperation', {}, said)
  t.throws(() => makeTypeSet([...builtInTypes, Twin]), new TypeError('two different types are called microsoft.graph.OnenoteOperation'))
  const Below = extend(Twin, 'contoso.below', {}, said)
  t.throws(() => makeTypeSet([...builtInTypes, Below]), TypeError, 'as a base too')
})

t.test('descent is known', async (t) => {
  t.equal(types.derivedFrom(CommsOperation).length, 20)
  t.strictSame(types.derivedFrom(Operation), [OnenoteOperation])
  t.strictSame(types.derivedFrom(RecordOperation), [])
  t.strictSame(types.derivedFrom(extend(Operation, 'contoso.stranger', {}, said)), [])
  t.ok(descendsFrom(RecordOperation, RecordOperation))
  t.ok(descendsFrom(RecordOperation, Entity))
  t.notOk(descendsFrom(CommsOperation, RecordOperation))
})

// --- date-times ---

t.test('a date-time keeps 100 ns across offsets', async (t) => {
  const instants: Array<[string, string]> = [
    ['2016-12-31T23:57:13.8078619+03:00', '2016-12-31T20:57:13.8078619Z'],
    ['2016-12-31T20:57:13.8078619Z', '2016-12-31T20:57:13.8078619Z'],
    ['2016-12-31T23:57:13-23:59', '2017-01-01T23:56:13.0000000Z'],
    ['2016-12-31T23:57:13.1-00:00', '2016-12-31T23:57:13.1000000Z'],
    ['2016-02-29T00:00:00.0000001+00:01', '2016-02-28T23:59:00.0000001Z'],
    ['2000-02-29T12:00:00Z', '2000-02-29T12:00:00.0000000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.0000000Z'],
    ['9999-12-31T23:59:59.9999999Z', '9999-12-31T23:59:59.9999999Z'],
    ['0001-01-01T03:00:00+03:00', '0001-01-01T00:00:00.0000000Z'],
    ['9999-12-31T20:59:59.9999999-03:00', '9999-12-31T23:59:59.9999999Z']
  ]
  for (const [dateTime, instant] of instants) {
    t.equal(findInstant(dateTime), instant, dateTime)
    t.ok(isDateTimeOffset(dateTime))
  }
})

t.test('what is no date-time of the contract is refused', async (t) => {
  for (const dateTime of [
    '', 'now', '2016-12-31', '2016-12-31T23:57Z', '2016-12-31T23:57:13', '2016-12-31T23:57:13.8078619', '2016-12-31T23:57:13.80786191Z', '2016-12-31T23:57:13.Z',
    '2016-12-31 23:57:13Z', '2016-12-31t23:57:13Z', '2016-12-31T23:57:13z', '2016-12-31T24:00:00Z', '2016-12-31T23:60:00Z', '2016-12-31T23:59:60Z',
    '2016-12-31T23:57:13+24:00', '2016-12-31T23:57:13+03:60', '2016-12-31T23:57:13+0300', '2016-12-31T23:57:13+03', ' 2016-12-31T23:57:13Z', '2016-12-31T23:57:13Z\n',
    '2016-02-30T00:00:00Z', '2015-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2016-04-31T00:00:00Z', '2016-01-32T00:00:00Z', '2016-01-00T00:00:00Z', '2016-00-01T00:00:00Z', '2016-13-01T00:00:00Z',
    '0000-01-01T00:00:00Z', '0000-12-31T23:59:59Z', '0001-01-01T00:00:00+00:01', '0001-01-01T02:59:59.9999999+03:00', '9999-12-31T23:59:00-00:01', '10000-01-01T00:00:00Z', '-001-01-01T00:00:00Z', '+2016-12-31T23:57:13Z',
    '२०१६-12-31T23:57:13Z'
  ]) {
    t.equal(findInstant(dateTime), undefined, dateTime)
    t.notOk(isDateTimeOffset(dateTime))
  }
})

t.test('a year 0000 is refused although its instant is in year 0001', async (t) => {
  t.equal(findInstant('0000-12-31T23:59:00-00:02'), undefined)
})

interface Moment { year: number, month: number, day: number, hour: number, minute: number, second: number, fraction: string, offset: number }

const two = (n: number): string => String(n).padStart(2, '0')

function toText ({ year, month, day, hour, minute, second, fraction, offset }: Moment): string {
  const size = Math.abs(offset)
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${fraction && `.${fraction}`}${zone}`
}

/** Units of 100 ns since the start of year 0001, reckoned without Date. */
function toTicks ({ year, month, day, hour, minute, second, fraction, offset }: Moment): bigint {
  const isLeap = (y: number): boolean => y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0)
  const lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  const past = year - 1
  const days = past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) + lengths.slice(0, month - 1).reduce((sum, length) => sum + length, 0) + day - 1
  const seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second
  return BigInt(seconds) * 10_000_000n + BigInt(fraction.padEnd(7, '0'))
}

const digits = fc.array(fc.nat(9), { maxLength: 7 }).map((given) => given.join(''))
const clockTime = { hour: fc.nat(23), minute: fc.nat(59), second: fc.nat(59), fraction: digits, offset: fc.integer({ min: -1439, max: 1439 }) }
const anyMoment = fc.record<Moment>({ year: fc.oneof(fc.integer({ min: 1, max: 9999 }), fc.constantFrom(1, 9999)), month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }), ...clockTime })
/** Moments so close to each other that only offset and fraction tell them apart. */
const closeMoment = fc.record<Moment>({
  year: fc.constant(2016), month: fc.constant(2), day: fc.integer({ min: 28, max: 29 }), hour: fc.constantFrom(0, 1, 23), minute: fc.constantFrom(0, 59), second: fc.constant(0),
  fraction: fc.constantFrom('', '0', '0000001', '1', '9999999'), offset: fc.constantFrom(-60, -1, 0, 1, 60)
})

t.test('the order of instants is the order of time', async (t) => {
  const end = toTicks({ year: 10_000, month: 1, day: 1, hour: 0, minute: 0, second: 0, fraction: '', offset: 0 })
  const compare = <T> (a: T, b: T): number => a < b ? -1 : a > b ? 1 : 0
  const check = (a: Moment, b: Moment): boolean => {
    const texts = [a, b].map((moment) => findInstant(toText(moment)))
    const ticks = [a, b].map(toTicks) as [bigint, bigint]
    const isRight = texts.every((instant, n) => (instant !== undefined) === (ticks[n]! >= 0n && ticks[n]! < end))
    return isRight && (texts.includes(undefined) || compare(texts[0]!, texts[1]!) === compare(...ticks))
  }
  fc.assert(fc.property(anyMoment, anyMoment, check), { numRuns: 1000 })
  fc.assert(fc.property(closeMoment, closeMoment, check), { numRuns: 1000 })
  fc.assert(fc.property(anyMoment, (moment) => {
    const instant = findInstant(toText(moment))
    return instant === undefined || (instant.length === 28 && findInstant(instant) === instant)
  }))
  t.pass('held')
})

t.test('a clock never repeats and never goes back, however often it is asked in one millisecond', async (t) => {
  const clock = makeClock(() => Date.UTC(2026, 0, 1))
  const shown = Array.from({ length: 25_000 }, () => clock())
  t.equal(shown[0], '2026-01-01T00:00:00.0000000Z')
  t.equal(shown[9_999], '2026-01-01T00:00:00.0009999Z')
  t.equal(shown[10_000], '2026-01-01T00:00:00.0010000Z')
  t.equal(shown[24_999], '2026-01-01T00:00:00.0024999Z')
  t.notOk(shown.some((instant, n) => n > 0 && shown[n - 1]! >= instant))
  t.ok(shown.every((instant) => findInstant(instant) === instant))
})

t.test('a clock that jumps back goes on, and one that catches up goes on too', async (t) => {
  const start = Date.UTC(2026, 0, 1)
  const times = [5, 5, 3, -86_400_000, 4, 5, 6, 6, 2, 7]
  const clock = makeClock(() => start + times.shift()!)
  const shown = Array.from({ length: 10 }, () => clock().slice(17))
  t.strictSame(shown, ['00.0050000Z', '00.0050001Z', '00.0050002Z', '00.0050003Z', '00.0050004Z', '00.0050005Z', '00.0060000Z', '00.0060001Z', '00.0060002Z', '00.0070000Z'])
  let millis = start
  const busy = makeClock(() => millis)
  let last = ''
  for (let n = 0; n < 20_001; n += 1) last = busy()
  millis = start + 1
  t.ok(busy() > last, 'the clock behind what was shown')
  millis = start + 3
  t.equal(busy(), '2026-01-01T00:00:00.0030000Z')
})

t.test('a clock shows the time', async (t) => {
  const before = Date.now()
  const shown = Date.parse(makeClock()())
  t.ok(shown >= before && shown <= Date.now())
})

// --- validation ---

t.test('every complaint says where and what', async (t) => {
  const schema = Type.Object({
    text: Type.Optional(Type.String({ maxLength: 3 })),
    id: Type.Optional(Type.String({ pattern: '^a+$' })),
    when: Type.Optional(Type.String({ format: 'date-time' })),
    count: Type.Optional(Type.Integer({ format: 'int32', minimum: -1, maximum: 1 })),
    kind: Type.Optional(Type.Unsafe({ type: ['string', 'null'], enum: ['a', 'b', null] })),
    list: Type.Optional(Type.Array(Type.Object({ needed: Type.String() }, { additionalProperties: false }))),
    'a/b~c': Type.Optional(Type.Boolean()),
    choice: Type.Optional(Type.Union([Type.Integer(), Type.Object({ x: Type.Integer() })]))
  }, { additionalProperties: false })
  const validate = compile(schema)
  const cases: Array<[value: unknown, target: string, message: string]> = [
    [5, '', 'the value must be of type object'],
    [{ text: 5 }, 'text', '"text" must be of type string'],
    [{ text: 'abcd' }, 'text', '"text" must have at most 3 characters'],
    [{ id: 'b' }, 'id', '"id" must match ^a+$'],
    [{ when: '2016-12-31' }, 'when', '"when" must be a date-time with seconds, an offset and at most 7 fraction digits, such as 2016-12-31T23:57:13.8078619+03:00'],
    [{ count: 2 }, 'count', '"count" must be at most 1'],
    [{ count: -2 }, 'count', '"count" must be at least -1'],
    [{ count: 0.5 }, 'count', '"count" must be of type integer'],
    [{ kind: 'c' }, 'kind', '"kind" must be one of a, b or null'],
    [{ list: [{ needed: '' }, {}] }, 'list/1/needed', '"list/1/needed" is required'],
    [{ list: [{ needed: '', more: 1 }] }, 'list/0/more', '"list/0/more" is not a property of this type'],
    [{ 'a/b~c': 1 }, 'a/b~c', '"a/b~c" must be of type boolean'],
    [{ choice: 'x' }, 'choice', '"choice" must be one of the shapes that the types of this collection declare'],
    [{ choice: { x: 'y' } }, 'choice', '"choice" must be one of the shapes that the types of this collection declare']
  ]
  for (const [value, target, message] of cases) t.strictSame(validate(value), [{ target, message }], JSON.stringify(value))
  t.strictSame(validate({ text: 'abc', id: 'aa', when: '2016-12-31T23:57:13.8078619+03:00', count: 1, kind: null, list: [], choice: { x: 1 } }), [])
  t.strictSame(validate({ kind: 5 }).map(({ message }) => message), ['"kind" must be one of a, b or null'], 'once, and with the names')
})

t.test('every issue is listed', async (t) => {
  const validate = compile(Type.Object({}, { additionalProperties: false }))
  const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${n}`, 1]))
  t.equal(validate(members(3)).length, 3)
  t.equal(validate(members(50)).length, 50)
})

t.test('a value is checked and never changed', async (t) => {
  const validate = compile(Type.Object({ count: Type.Optional(Type.Integer({ default: 5 })), name: Type.Optional(Type.String()) }, { additionalProperties: true }))
  const value = { name: null, more: 1 }
  t.not(validate(value).length, 0)
  t.strictSame(value, { name: null, more: 1 })
  t.not(validate({ count: '5' }).length, 0)
  t.not(validate({ name: 5 }).length, 0)
})

// --- families ---

t.test('a family is the type with what is below it', async (t) => {
  const family = toFamily(CommsOperation, types)
  t.equal(family.type, CommsOperation)
  t.equal(family.open, true)
  t.strictSame([...family.properties.keys()].sort(), ['clientContext', 'completionReason', 'id', 'participants', 'recordingAccessToken', 'recordingLocation', 'resultInfo', 'status'])
  t.strictSame([...toFamily(OnenoteOperation, types).properties], declaredProperties(OnenoteOperation))
  t.equal(toFamily(OnenoteOperation, types).open, false)
})

t.test('a family has one schema for what derived types declare in their own way', async (t) => {
  const reason = splitNullable(toFamily(CommsOperation, types).properties.get('completionReason')!)
  t.equal(reason.isNullable, true)
  t.strictSame(new Set(reason.value['enum'] as string[]), new Set([PlayPromptOperation, RecordOperation, SendDtmfTonesOperation].flatMap((type) => splitNullable(type.properties.completionReason).value['enum'] as string[])))
  t.equal((reason.value['enum'] as string[]).length, 13, 'each name once')
})

t.test('a request of a family takes either shape of a property', async (t) => {
  const schema = toRequestSchema(CommsOperation, types, 'create')
  t.ok(accepts(schema, { participants: [{ identity: {} }] }), 'inviteParticipantsOperation')
  t.ok(accepts(schema, { participants: ['a', 'b'] }), 'muteParticipantsOperation')
  t.notOk(accepts(schema, { participants: [5] }))
  t.notOk(accepts(schema, { participants: [{}] }), 'an identity is needed')
  t.ok(accepts(toResultSchema(MuteParticipantsOperation), { id: 'a', clientContext: null, resultInfo: null, status: 'Running', participants: ['a'] }))
})

t.test('a property may be null in a request when derived types say so', async (t) => {
  const Base = extend(Operation, 'contoso.base', {}, said)
  const A = extend(Base, 'contoso.a', { reason: nullable(enumeration('contoso.reasonA', { x: 0 }, said)), size: nullable(text('As text.')), one: nullable(text('One.')), list: Type.Array(text('It.')) }, said)
  const B = extend(Base, 'contoso.b', { reason: nullable(enumeration('contoso.reasonB', { y: 0 }, said)), size: nullable(int32('As number.')), list: Type.Array(text('It.')) }, said)
  const schema = toRequestSchema(Base, makeTypeSet([A, B]), 'update')
  t.ok(accepts(schema, { one: null }), 'declared once')
  t.ok(accepts(schema, { reason: null }), 'enumerations')
  t.ok(accepts(schema, { size: null }), 'other kinds')
  t.notOk(accepts(schema, { list: null }))
  t.ok(accepts(schema, { reason: 'x', size: 'big' }))
  t.ok(accepts(schema, { reason: 'y', size: 5 }))
  t.notOk(accepts(schema, { reason: 'z' }))
  t.notOk(accepts(schema, { size: true }))
})

t.test('a family with three shapes of a property', async (t) => {
  const Base = extend(CommsOperation, 'contoso.base', {}, said)
  const derived = [text('As text.'), int32('As number.'), boolean('As truth.')].map((value, n) => extend(Base, `contoso.d${n}`, { value }, said))
  const family = toFamily(Base, makeTypeSet(derived))
  t.equal(family.properties.get('value')?.['description'], 'As text. Or: As number. Or: As truth.')
  const schema = toRequestSchema(Base, makeTypeSet(derived), 'update')
  for (const value of ['a', 5, true, null]) t.ok(accepts(schema, { value }), String(value))
  t.strictSame(issuesOf(schema, { value: [] }), ['"value" must be one of the shapes that the types of this collection declare'])
})

t.test('a description of a merged property is made of those there are', async (t) => {
  const Base = extend(Operation, 'contoso.base', {}, said)
  const derived = ['x', 'y'].map((name) => extend(Base, `contoso.${name}`, { place: nullable(text(`The ${name}.`)) }, said))
  const set = makeTypeSet(derived)
  t.equal((toComponents([Base], set)['contoso.baseUpdate'] as { properties: Record<string, Json> }).properties['place']?.['description'], 'The x. Or: The y.')
})

t.test('a property without a word of description has a place in a family', async (t) => {
  const Bare = extend(CommsOperation, 'contoso.bare', { bare: Type.String() }, said)
  const schema = toRequestSchema(CommsOperation, makeTypeSet([Bare]), 'update')
  t.ok(accepts(schema, { bare: 'x' }))
  t.ok(accepts(schema, { bare: null }), 'elsewhere it is a dynamic property, which null removes')
  t.notOk(accepts(schema, { bare: 5 }))
})

t.test('a family is open when a type below it is', async (t) => {
  const Open = extend(Operation, 'contoso.open', { place: text('Where.') }, { ...said, open: true })
  const family = toFamily(Operation, makeTypeSet([Open]))
  t.equal(family.open, true)
  t.equal(splitNullable(family.properties.get('place')!).isNullable, false, 'operation itself is closed, so that null cannot remove it')
})

// --- requests and results ---

t.test('a request needs nothing at its top and closes a closed type', async (t) => {
  for (const view of ['create', 'update'] as const) {
    t.ok(accepts(toRequestSchema(OnenoteOperation, types, view), {}))
    t.ok(accepts(toRequestSchema(CommsOperation, types, view), { dynamic: { a: [1] } }))
    t.strictSame(issuesOf(toRequestSchema(OnenoteOperation, types, view), { more: 1, most: 2 }), ['"more" is not a property of this type', '"most" is not a property of this type'])
    t.notOk(accepts(toRequestSchema(CommsOperation, types, view), { status: null }))
    t.ok(accepts(toRequestSchema(OnenoteOperation, types, view), { status: null, error: null, percentComplete: null }))
    t.notOk(accepts(toRequestSchema(OnenoteOperation, types, view), { id: null }))
    t.notOk(accepts(toRequestSchema(OnenoteOperation, types, view), { percentComplete: 40 }))
  }
})

t.test('a complex value is whole in a create and partial in an update', async (t) => {
  t.ok(accepts(toRequestSchema(CommsOperation, types, 'update'), { resultInfo: { message: 'm' } }))
  t.strictSame(issuesOf(toRequestSchema(CommsOperation, types, 'create'), { resultInfo: { message: 'm' } }), ['"resultInfo/code" is required', '"resultInfo/subcode" is required'])
  t.strictSame(issuesOf(toRequestSchema(CommsOperation, types, 'update'), { resultInfo: { more: 1 } }), ['"resultInfo/more" is not a property of this type'])
  t.notOk(accepts(toRequestSchema(CommsOperation, types, 'update'), { resultInfo: { code: null } }))
  t.ok(accepts(toComplexSchema(complex('contoso.c', { list: Type.Array(text('It.')) }, said), 'create'), {}), 'a collection may be left out')
  const inner = complex('contoso.inner', { needed: int32('N.'), open: nullable(int32('O.')) }, { ...said, open: true })
  t.notOk(accepts(toProperty(Type.Array(inner), 'update') as TSchema, [{ open: 1 }]), 'items are replaced, so they are whole in an update too')
  t.ok(accepts(toProperty(Type.Array(inner), 'update') as TSchema, [{ needed: 1, dynamic: 2 }]))
})

t.test('a result has every declared property', async (t) => {
  const whole = { id: 'a', createdDateTime: null, lastActionDateTime: null, status: null, error: null, percentComplete: null, resourceId: null, resourceLocation: null }
  const schema = toResultSchema(OnenoteOperation)
  t.ok(accepts(schema, whole))
  t.ok(accepts(schema, { ...whole, '@odata.type': '#microsoft.graph.onenoteOperation', error: { code: null, message: null } }))
  for (const name of Object.keys(whole)) t.strictSame(issuesOf(schema, Object.fromEntries(Object.entries(whole).filter(([other]) => other !== name))), [`"${name}" is required`])
  t.strictSame(issuesOf(schema, { ...whole, error: { code: null } }), ['"error/message" is required'])
})

t.test('texts, integers and numbers have their limits in every view', async (t) => {
  const Base = extend(Entity, 'contoso.limits', { plain: Type.String(), short: text('S.', { maxLength: 3 }), number: Type.Number({ minimum: 0, maximum: 1.5 }), count: int32('C.'), lists: Type.Array(Type.Array(nullable(boolean('B.')))) }, said)
  for (const schema of [toRequestSchema(Base, makeTypeSet([Base]), 'update'), toRequestSchema(Base, makeTypeSet([Base]), 'create')]) {
    t.ok(accepts(schema, { plain: 'a'.repeat(4096), short: 'abc', number: 1.5, count: 2147483647, lists: [[], [true, null]] }))
    for (const wrong of [{ plain: 'a'.repeat(4097) }, { short: 'abcd' }, { number: 2 }, { number: Infinity }, { count: 2147483648 }, { count: -2147483649 }, { lists: [true] }, { lists: [[1]] }, { lists: [null] }]) t.notOk(accepts(schema, wrong), JSON.stringify(wrong))
  }
})

t.test('a schema that cannot be a property is a mistake of the host', async (t) => {
  for (const schema of [Type.Any(), Type.Object({}), Type.Null(), Type.Record(Type.String(), Type.String()), Type.Tuple([Type.String()]), Type.Union([text('A.'), int32('B.'), Type.Null()]), Type.Union([Type.Null(), Type.Null()]), Type.Array(Type.Any()), nullable(Type.Any())]) {
    const Wrong = extend(Operation, 'contoso.wrong', { wrong: schema }, said)
    t.throws(() => toRequestSchema(Wrong, makeTypeSet([Wrong]), 'update'), { name: 'TypeError', message: /^a property cannot have the schema/ })
    t.throws(() => toResultSchema(Wrong), TypeError)
  }
})

t.test('a constraint is kept, or the schema refused', async (t) => {
  const cases: Array<[TSchema, unknown]> = [
    [Type.Literal('x'), 'y'], [Type.String({ minLength: 1 }), ''], [Type.Number({ exclusiveMinimum: 0 }), 0], [Type.Number({ multipleOf: 2 }), 3],
    [Type.Array(Type.String(), { maxItems: 1 }), ['a', 'b']], [Type.Array(Type.String(), { minItems: 1 }), []], [Type.Array(Type.String(), { uniqueItems: true }), ['a', 'a']],
    [Type.Union([Type.Literal('a'), Type.Literal('b'), Type.Literal('c')]), 'd']
  ]
  for (const [schema, wrong] of cases) {
    let isTaken: boolean
    try {
      isTaken = accepts(toProperty(schema, 'update') as TSchema, wrong)
    } catch (error) {
      isTaken = !(error instanceof TypeError)
    }
    t.notOk(isTaken, JSON.stringify(schema))
  }
})

t.test('null goes beside any constraint', async (t) => {
  for (const schema of [Type.Literal('x'), Type.String({ minLength: 1 }), Type.String({ enum: ['x'] }), Type.Number({ exclusiveMinimum: 0 }), Type.Array(Type.String(), { minItems: 1 }), Type.String({ format: 'date-time' })]) {
    let property: TSchema | undefined
    try {
      property = toProperty(nullable(schema), 'update') as TSchema
    } catch (error) {
      t.type(error, TypeError)
    }
    if (property !== undefined) t.ok(accepts(property, null), JSON.stringify(schema))
  }
})

t.test('a constraint of a host says what it is', async (t) => {
  const cases: Array<[TSchema, unknown]> = [[Type.String({ minLength: 2 }), 'a'], [Type.Array(Type.String(), { maxItems: 1 }), ['a', 'b']], [Type.Number({ exclusiveMinimum: 0 }), 0], [Type.Literal('x'), 'y']]
  for (const [schema, wrong] of cases) {
    const issues = issuesOf(Type.Object({ value: schema }), { value: wrong })
    t.equal(issues.length, 1)
    t.notMatch(issues[0], 'one of the shapes', JSON.stringify(schema))
  }
})

// --- documentation ---

const components = toComponents([OnenoteOperation, CommsOperation], types)
const componentOf = (name: string) => components[`microsoft.graph.${name}`] as Json & { allOf: [Json, Json & { properties: Json, required: string[], discriminator: { mapping: Json } }], properties: Record<string, Json>, examples: Json[] }
const referenceOf = (name: string) => ({ $ref: `#/components/schemas/microsoft.graph.${name}` })

t.test('the names of components', async (t) => {
  t.equal(toShortName('microsoft.graph.onenoteOperation'), 'onenoteOperation')
  t.equal(toComponentName('a.b', 'result'), 'a.b')
  t.equal(toComponentName('a.b', 'create'), 'a.bCreate')
  t.equal(toReference('a.b', 'update'), '#/components/schemas/a.bUpdate')
})

t.test('every reference leads to a component, and every component is used', async (t) => {
  const referenced = new Set([...JSON.stringify(components).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!))
  for (const name of referenced) t.ok(components[name], name)
  for (const name of Object.keys(components)) t.ok(referenced.has(name) || /(?:onenoteOperation|commsOperation)(?:Create|Update|)$/.test(name), name)
  t.strictSame(Object.keys(components), Object.keys(components).sort(), 'in a steady order')
  for (const { name } of types.all.map(definitionOf)) t.ok(components[name], name)
})

t.test('a representation is its base and what it adds, and never closed', async (t) => {
  const { allOf: [base, added] } = componentOf('onenoteOperation')
  t.strictSame(base, referenceOf('operation'))
  t.notOk(added.required, '$select may leave them out')
  t.strictSame(added.properties['error'], { anyOf: [referenceOf('onenoteOperationError'), { type: 'null' }], description: 'Why the operation failed; null unless status is Failed.' })
  t.notOk(added.discriminator, 'nothing is below it')
  t.strictSame(componentOf('stopHoldMusicOperation').allOf, [referenceOf('commsOperation'), { type: 'object' }], 'a type that adds nothing')
  for (const [name, component] of Object.entries(components)) if (!/(?:Create|Update)$/.test(name)) t.notMatch(JSON.stringify(component), 'additionalProperties', name)
})

t.test('the root carries the control information', async (t) => {
  t.strictSame(Object.keys(componentOf('entity').properties), ['@odata.type', '@odata.context', '@odata.etag', 'id'])
  t.strictSame(componentOf('entity')['required'], ['@odata.type', 'id'])
  t.strictSame(Object.keys(componentOf('resultInfo').properties), ['@odata.type', 'code', 'subcode', 'message'])
  t.match(componentOf('entity'), { title: 'entity', description: 'The base of every entity: something with a key.' })
})

t.test('a discriminator maps every type that has instances', async (t) => {
  const { mapping } = componentOf('commsOperation').allOf[1].discriminator
  t.equal(Object.keys(mapping).length, 21)
  t.equal(mapping['#microsoft.graph.recordOperation'], referenceOf('recordOperation').$ref)
  t.equal(mapping['#microsoft.graph.commsOperation'], referenceOf('commsOperation').$ref)
  const root = componentOf('entity')['discriminator'] as { propertyName: string, mapping: Json }
  t.equal(root.propertyName, '@odata.type')
  t.equal(Object.keys(root.mapping).length, types.all.length - 1)
  t.notOk(Object.hasOwn(root.mapping, '#microsoft.graph.entity'), 'entity is abstract')
})

t.test('requests are flat, and closed where the type is', async (t) => {
  for (const view of ['Create', 'Update']) {
    t.strictSame(Object.keys(componentOf(`onenoteOperation${view}`).properties), ['@odata.type', ...Object.keys(OnenoteOperation.properties).filter((name) => name !== '@odata.type')])
    t.equal(componentOf(`onenoteOperation${view}`)['additionalProperties'], false)
    t.equal(componentOf(`commsOperation${view}`)['additionalProperties'], true)
    t.notOk(componentOf(`onenoteOperation${view}`)['required'])
    t.ok(componentOf(`commsOperation${view}`).properties['recordingLocation'], 'what derived types add')
    t.match(componentOf(`onenoteOperation${view}`).properties['@odata.type'], { type: 'string', description: 'The type. It may be left out of requests.' })
  }
  t.match(componentOf('onenoteOperationUpdate'), { title: 'onenoteOperationUpdate', description: /^What an update takes\. The state/ })
  t.match(componentOf('onenoteOperationCreate'), { title: 'onenoteOperationCreate', description: /^What a create takes\. The state/ })
})

t.test('complex values of requests have components of their own', async (t) => {
  t.strictSame(componentOf('resultInfoCreate')['required'], ['code', 'subcode'])
  t.notOk(componentOf('resultInfoUpdate')['required'])
  t.strictSame(componentOf('invitationParticipantInfoCreate')['required'], ['identity'])
  t.strictSame(componentOf('commsOperationUpdate').properties['resultInfo']?.['anyOf'], [referenceOf('resultInfoUpdate'), { type: 'null' }])
  t.match(componentOf('resultInfoUpdate'), { title: 'resultInfoUpdate', description: 'The outcome of a communications operation.', additionalProperties: false })
})

t.test('the documented request takes either shape of a property', async (t) => {
  t.match(JSON.stringify(componentOf('commsOperationUpdate').properties['participants']), '"type":"string"')
  t.match(JSON.stringify(componentOf('commsOperationUpdate').properties['participants']), referenceOf('invitationParticipantInfoCreate').$ref)
})

t.test('an enumeration states its exact names', async (t) => {
  t.strictSame(componentOf('operationStatus'), { type: 'string', enum: ['NotStarted', 'Running', 'Completed', 'Failed'], title: 'operationStatus', description: 'Where the operation stands. It moves forward only: NotStarted, Running, then Completed or Failed.' })
  t.strictSame(componentOf('operation').allOf[1].properties['status'], { anyOf: [referenceOf('operationStatus'), { type: 'null' }], description: 'Where the operation stands.', examples: ['Running'] })
  t.match(componentOf('commsOperation').allOf[1].properties['status'], { ...referenceOf('operationStatus'), description: /NotStarted unless/ })
})

t.test('a host\'s type is documented like the others', async (t) => {
  const Part = complex('contoso.part', { level: enumeration('contoso.level', { low: 0, high: 1 }, said), names: Type.Array(text('A name.')) }, said)
  const Import = extend(Operation, 'contoso.importOperation', { parts: Type.Array(Part), main: nullable(Part), big: Type.Number() }, said)
  const made = toComponents([Import], makeTypeSet([Import]))
  t.strictSame(Object.keys(made).filter((name) => name.startsWith('contoso')), [
    'contoso.importOperation', 'contoso.importOperationCreate', 'contoso.importOperationUpdate', 'contoso.level', 'contoso.part', 'contoso.partCreate', 'contoso.partUpdate'
  ])
  t.match(made['contoso.importOperation'], { title: 'importOperation', allOf: [referenceOf('operation'), { properties: { parts: {}, main: {}, big: {} } }] })
  t.match(JSON.stringify(made['contoso.importOperationUpdate']), '"items":{"$ref":"#/components/schemas/contoso.partCreate"', 'items are whole')
})

t.test('the documentation has what the collections use, whatever else is in the type set', async (t) => {
  const made = toComponents([OnenoteOperation], types)
  t.ok(made['microsoft.graph.onenoteOperation'])
  const referenced = [...JSON.stringify(made).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!)
  for (const name of referenced) t.ok(made[name], name)
})

t.test('an example is what a request might send, and follows its schema', async (t) => {
  t.strictSame(toExample(OnenoteOperation, false), {
    '@odata.type': '#microsoft.graph.onenoteOperation', lastActionDateTime: '2016-12-31T23:57:13.8078619+03:00', status: 'Running', percentComplete: '40'
  })
  t.strictSame(toExample(CommsOperation, false)['resultInfo'], { '@odata.type': '#microsoft.graph.resultInfo', code: 200, subcode: 0 })
  for (const type of types.all) for (const view of ['create', 'update'] as const) t.strictSame(issuesOf(toRequestSchema(type, types, view), toExample(type, false)), [], nameOf(type))
  t.strictSame(componentOf('onenoteOperationUpdate').examples, [toExample(OnenoteOperation, false)])
})

t.test('an example of a representation is whole', async (t) => {
  const example = toExample(OnenoteOperation, true)
  t.strictSame(example, {
    '@odata.type': '#microsoft.graph.onenoteOperation', id: '2291d582-d582-2291-82d5-912282d59122', createdDateTime: '2016-12-31T23:57:10.8757278+03:00',
    lastActionDateTime: '2016-12-31T23:57:13.8078619+03:00', status: 'Running', error: null, percentComplete: '40', resourceId: null, resourceLocation: null
  })
  t.ok(accepts(toResultSchema(OnenoteOperation), example))
  t.ok(accepts(toResultSchema(CommsOperation), toExample(CommsOperation, true)))
})

// --- what surrounds the types ---

t.test('an application acts for itself without scopes', async (t) => {
  const caller = { tenant: 't', subject: 's' }
  t.equal(isApplication(caller), false)
  t.equal(isApplication({ ...caller, roles: [] }), true)
  t.equal(isApplication({ ...caller, scopes: [], roles: ['Notes.Read.All'] }), false)
  t.equal(isApplication({ ...caller, scopes: ['Notes.Read'] }), false)
})

t.test('a principal follows the rules of ids', async (t) => {
  const validate = compile(PrincipalSchema)
  t.strictSame(validate({ tenant: 't', subject: 's', aliases: ['guest_x.com#EXT#@contoso.com'], scopes: [], roles: [], personal: true }), [])
  for (const wrong of [{ subject: 's' }, { tenant: 't' }, { tenant: ['t'], subject: 's' }, { tenant: 't', subject: 'a/b' }, { tenant: 't', subject: '' }, { tenant: 't', subject: 's', aliases: 'x' }, { tenant: 't', subject: 's', aliases: ['a b'] }, { tenant: 't', subject: 's', scopes: 'a b' }, { tenant: 't', subject: 's', roles: [1] }, { tenant: 't', subject: 's', personal: 'no' }]) t.not(validate(wrong).length, 0, JSON.stringify(wrong))
})

t.test('the ids of owners and operations', async (t) => {
  const owner = new RegExp(ownerIdPattern)
  for (const id of ['contoso.sharepoint.com,2C712604-1370-44E7-A1F5-426573FDA80A,2D2244C3-251A-49EA-93A8-39E1C3A060FE', "o'neil+x@contoso.com", 'a=b!c~', 'x'.repeat(256)]) {
    t.match(id, owner)
    t.equal(isOwnerId(id), true, id)
  }
  for (const id of ['', 'a/b', 'a b', 'a\n', 'a%b', 'a?b', 'ü', 'a\0', 'x'.repeat(257)]) {
    t.notMatch(id, owner, JSON.stringify(id))
    t.equal(isOwnerId(id), false, JSON.stringify(id))
  }
  const operation = new RegExp(schemas.operationIdPattern)
  for (const id of ['a', '2291d582-d582-2291-82d5-912282d59122', 'A_b.c-1', 'x'.repeat(128)]) t.match(id, operation)
  for (const id of ['', 'a b', 'a/b', 'a,b', "a'b", 'a\r', 'ü', 'x'.repeat(129)]) t.notMatch(id, operation, JSON.stringify(id))
})

t.test('a GUID has one spelling as an owner, other ids keep theirs', async (t) => {
  t.equal(toOwnerId('2C712604-1370-44E7-A1F5-426573FDA80A'), '2c712604-1370-44e7-a1f5-426573fda80a')
  t.equal(toOwnerId('2c712604-1370-44e7-a1f5-426573fda80a'), '2c712604-1370-44e7-a1f5-426573fda80a')
  for (const id of ['Adele@Contoso.com', 'contoso.sharepoint.com,2C712604-1370-44E7-A1F5-426573FDA80A', '2C712604-1370-44E7-A1F5-426573FDA80', '2C712604137044E7A1F5426573FDA80A', 'x2C712604-1370-44E7-A1F5-426573FDA80A']) t.equal(toOwnerId(id), id)
})

t.test('path parameters are patterns', async (t) => {
  const parameters = [{ name: 'groupId', of: 'groups' }, { name: 'siteId', of: 'sites' }]
  const collection = toParametersSchema(parameters, false)
  t.strictSame(Object.keys(collection.properties), ['groupId', 'siteId'])
  t.equal(collection.properties['siteId']?.['description'], 'The key of one of the sites.')
  t.strictSame(collection.required, ['groupId', 'siteId'])
  const entityOf = toParametersSchema(parameters, true)
  t.ok(accepts(entityOf, { groupId: 'a', siteId: 'b,c', id: 'd' }))
  t.notOk(accepts(entityOf, { groupId: 'a', siteId: 'b', id: 'd,e' }))
  t.notOk(accepts(entityOf, { groupId: 'a/b', siteId: 'b', id: 'd' }))
  t.notOk(accepts(entityOf, { groupId: 'a', siteId: 'b' }))
})

t.test('the envelope of an error', async (t) => {
  const innerError = { date: '2026-01-01T00:00:00', 'request-id': 'a', 'client-request-id': 'b' }
  t.ok(accepts(ErrorEnvelope, { error: { code: 'invalidRequest', message: 'm', innerError } }))
  t.ok(accepts(ErrorEnvelope, { error: { code: 'c', message: 'm', target: 't', details: [{ code: 'c', message: 'm', target: 't' }, { code: 'c', message: 'm' }], innerError } }))
  t.notOk(accepts(ErrorEnvelope, { error: { code: 'c', message: 'm' } }), 'clients read innerError')
  t.notOk(accepts(ErrorEnvelope, { error: { code: 'c', innerError } }))
  t.notOk(accepts(ErrorEnvelope, {}))
})

t.test('a schema is compiled once, and no more are kept than may be', async (t) => {
  const make = (n: number): TSchema => Type.Object({ n: Type.Literal(n) })
  const validate = compile(make(0))
  t.equal(compile(make(0)), validate, 'another object that says the same')
  t.not(compile(make(1)), validate)
  for (let n = 0; n <= 1_000; n += 1) compile(make(n))
  t.not(compile(make(0)), validate, 'it was forgotten')
  t.strictSame([compile(make(0))({ n: 0 }), validate({ n: 0 }), validate({ n: 1 }).length], [[], [], 1], 'and both are good')
  const long = Array.from({ length: 2_000 }, () => 'x')
  const list = compile(Type.Object({ list: Type.Array(Type.Integer()) }))
  t.equal(list({ list: long.slice(0, 9) }).length, 9)
  t.equal(list({ list: long }).length, 1, 'of a long one only the first issue')
})
