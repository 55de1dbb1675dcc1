import type { FastifyReply, FastifyRequest } from 'fastify'
import { GraphError } from '../../errors.js'
import type { Offer } from './accept.js'
import { findOffer } from './accept.js'
import { remembered } from './remembered.js'

/** How much control information a representation carries. @see OData JSON Format 4.01, 3.1 */
export type MetadataLevel = 'minimal' | 'full' | 'none'

/** What a request may ask of JSON. @see OData JSON Format 4.01, 3 */
export interface Format {
  readonly level: MetadataLevel
  /** Numbers of 64 bits go out as text. */
  readonly isIeee754Compatible: boolean
}

interface FormatOffer extends Offer, Format {
  readonly contentType: string
}

interface PlainOffer extends Offer {
  readonly contentType: string
}

function isUtf8 (name: string, value: string): boolean {
  return name === 'charset' && value === 'utf-8'
}

/** Answers are in the order that streaming asks for, which does for those who did not ask; decimals have no exponents to leave out. */
const withoutEffect: readonly string[] = ['odata.streaming', 'streaming', 'exponentialdecimals']

function toFormatOffer (level: MetadataLevel, isIeee754Compatible: boolean): FormatOffer {
  return {
    type: 'application',
    subtype: 'json',
    level,
    isIeee754Compatible,
    contentType: `application/json;odata.metadata=${level};odata.streaming=true;IEEE754Compatible=${String(isIeee754Compatible)};charset=utf-8`,
    has: (name, value) => isUtf8(name, value) ||
      (['odata.metadata', 'metadata'].includes(name) && value === level) ||
      (name === 'ieee754compatible' && value === String(isIeee754Compatible)) ||
      (withoutEffect.includes(name) && ['true', 'false'].includes(value))
  }
}

const jsonOffers = [false, true].flatMap((isIeee754Compatible) =>
  (['minimal', 'full', 'none'] as const).map((level) => toFormatOffer(level, isIeee754Compatible)))

const textOffer: PlainOffer = { type: 'text', subtype: 'plain', contentType: 'text/plain;charset=utf-8', has: isUtf8 }

/** Metadata is the same whatever format parameters of JSON are asked for. */
const metadataOffers: readonly PlainOffer[] = [
  { type: 'application', subtype: 'xml', contentType: 'application/xml;charset=utf-8', has: isUtf8 },
  { type: 'application', subtype: 'json', contentType: 'application/json;charset=utf-8', has: (name, value) => jsonOffers.some((offer) => offer.has(name, value)) }
]

/** What routes can answer with, the first one unless asked otherwise. */
export const offers = { json: jsonOffers, count: [textOffer], metadata: metadataOffers } as const

/** What `Accept` headers like best of each list, as they were understood before. */
const finders = new Map<readonly PlainOffer[], (accept: string) => PlainOffer | null>(
  Object.values(offers).map((among: readonly PlainOffer[]) => [among, remembered((accept) => findOffer(accept, among) ?? null)]))

/**
 * The representation that a request wants of those on offer.
 * @throws notAcceptable
 * @see OData 4.01 Part 1, 8.2.1
 */
export function getOffer<T extends PlainOffer> ({ headers: { accept = '' } }: FastifyRequest, among: readonly T[]): T {
  const offer = finders.get(among)?.(accept) as T | null
  if (offer !== null) return offer
  const names = new Set(among.map(({ type, subtype }) => `${type}/${subtype}`))
  throw new GraphError('notAcceptable', `there is no representation that Accept takes; there is ${[...names].join(' or ')}`, { target: 'Accept' })
}

/**
 * Says that an answer depends on a request header, whatever else the host says it depends on.
 * @see OData 4.01 Part 1, 8.3.8
 */
export function addVary (reply: FastifyReply, name: string): void {
  const vary = reply.getHeader('vary')
  void reply.header('vary', vary === undefined ? name : `${Array.isArray(vary) ? vary.join(', ') : vary}, ${name}`)
}

/** Says what an answer is, and that it depends on `Accept`. */
export function setOffer (reply: FastifyReply, { contentType }: PlainOffer): void {
  addVary(reply.type(contentType), 'Accept')
}
