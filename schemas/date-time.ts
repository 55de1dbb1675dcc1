/*
 * Edm.DateTimeOffset as this contract takes it: RFC 3339 with seconds, an offset, at most 7 fraction
 * digits and a year from 0001 to 9999, also once it is brought to UTC.
 * @see OData CSDL 4.01, 3.3; RFC 3339, 5.6
 */

const shape = /^(?!0000)(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,7}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

const minuteMillis = 60_000
const firstInstant = Date.parse('0001-01-01T00:00:00Z')
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z')

function offsetMillis (offset: string): number {
  if (offset === 'Z') return 0
  const sign = offset.startsWith('-') ? -1 : 1
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6))) * minuteMillis
}

/**
 * The instant of a date-time as text that sorts in time order: UTC, always 7 fraction digits (100 ns).
 * `undefined` when the text is not a date-time of this contract.
 */
export function findInstant (dateTime: string): string | undefined {
  const parts = shape.exec(dateTime)
  if (parts === null) return undefined
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', offset = ''] = parts
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  // Date.parse rolls 31 February over to March or gives NaN; both differ from what was written
  if (Number.isNaN(local) || new Date(local).getUTCDate() !== Number(day)) return undefined
  const utc = local - offsetMillis(offset)
  if (utc < firstInstant || utc > lastInstant) return undefined
  return `${new Date(utc).toISOString().slice(0, 19)}.${fraction.padEnd(7, '0')}Z`
}

export function isDateTimeOffset (text: string): boolean {
  return findInstant(text) !== undefined
}

/**
 * A clock that never shows the same instant twice and never goes back, so that what is created
 * without a date of its own sorts in the order of its creation.
 */
export function makeClock (now: () => number = Date.now): () => string {
  let lastMillis = 0
  let ticks = 0
  return () => {
    const millis = now()
    if (millis > lastMillis) {
      lastMillis = millis
      ticks = 0
    } else if (++ticks === 10_000) {
      lastMillis += 1
      ticks = 0
    }
    return `${new Date(lastMillis).toISOString().slice(0, 23)}${String(ticks).padStart(4, '0')}Z`
  }
}
