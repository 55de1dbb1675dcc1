/**
 * Whether a body is a delta payload: its context ends in `#$delta` or `/$delta`.
 * @see OData JSON Format 4.01, 15
 */
export function isDeltaPayload (body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false
  const { '@odata.context': context = (body as Record<string, unknown>)['@context'] } = body as Record<string, unknown>
  return typeof context === 'string' && /[#/]\$delta$/.test(context)
}
