/*
 * Edm.DateTimeOffset as this contract takes it: RFC 3339 with seconds, an offset, at most 7 fraction
 * digits and a year from 0001 to 9999, also once it is brought to UTC.
 * @see OData CSDL 4.01, 3.3; RFC 3339, 5.6
 */

const shape = /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,7})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** Where the parts of a date-time stand. */
const [endOfSeconds, lengthOfOffset] = ['2016-12-31T23:57:13'.length, '+03:00'.length]

const minuteMillis = 60_000
const firstInstant = Date.parse('0001-01-01T00:00:00Z')
const lastInstant = Date.parse('9999-12-31T23:59:59.999Z')

function offsetMillis (offset: string): number {
  const sign = offset.startsWith('-') ? -1 : 1
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6))) * minuteMillis
}

/** Whether the month has the day. @see RFC 3339, 5.7 */
function hasDay (dateTime: string): boolean {
  const day = Number(dateTime.slice(8, 10))
  if (day < 29) return true
  const [year, month] = [Number(dateTime.slice(0, 4)), Number(dateTime.slice(5, 7))]
  if (month === 2) return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day < 31 || ![4, 6, 9, 11].includes(month)
}

/**
 * The instant of a date-time as text that sorts in time order: UTC, always 7 fraction digits (100 ns).
 * `undefined` when the text is not a date-time of this contract.
 */
export function findInstant (dateTime: string): string | undefined {
  if (!shape.test(dateTime) || !hasDay(dateTime)) return undefined
  const isUtc = dateTime.endsWith('Z')
  const end = isUtc ? -1 : -lengthOfOffset
  const fraction = dateTime.slice(endOfSeconds + 1, end).padEnd(7, '0')
  const local = dateTime.slice(0, endOfSeconds)
  if (isUtc) return `${local}.${fraction}Z`
  const utc = Date.parse(`${local}Z`) - offsetMillis(dateTime.slice(end))
  if (utc < firstInstant || utc > lastInstant) return undefined
  return `${new Date(utc).toISOString().slice(0, endOfSeconds)}.${fraction}Z`
}

export function isDateTimeOffset (text: string): boolean {
  // in UTC the shape and the day are all there is to it
  return text.endsWith('Z') ? shape.test(text) && hasDay(text) : findInstant(text) !== undefined
}

/**
 * A clock that never shows the same instant twice and never goes back, so that what is created
 * without a date of its own sorts in the order of its creation.
 */
export function makeClock (now: () => number = Date.now): () => string {
  let lastMillis = 0
  let ticks = 0
  let second = 0
  let upToSecond = ''
  return () => {
    const millis = now()
    if (millis > lastMillis) {
      lastMillis = millis
      ticks = 0
    } else if (++ticks === 10_000) {
      lastMillis += 1
      ticks = 0
    }
    const millisOfSecond = lastMillis % 1_000
    if (second !== lastMillis - millisOfSecond) {
      second = lastMillis - millisOfSecond
      upToSecond = new Date(second).toISOString().slice(0, endOfSeconds)
    }
    return `${upToSecond}.${String(millisOfSecond * 10_000 + ticks).padStart(7, '0')}Z`
  }
}
