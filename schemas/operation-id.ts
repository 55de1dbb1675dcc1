/**
 * Letters, digits, `_`, `.` and `-`, so that an id is safe in a URL, a header and an entity tag; not `.` and
 * `..`, which clients take out of a URL. @see RFC 3986, 5.2.4
 */
const operationId = /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,128}$/

export const operationIdPattern = operationId.source

export function isOperationId (text: string): boolean {
  return operationId.test(text)
}
