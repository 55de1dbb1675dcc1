import type { IncomingMessage } from 'node:http'

/** How many times a header is there, whose name is given in lower case: of some, Node keeps the first one without a word. */
export function countHeader ({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>, name: string): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const given = rawHeaders[index] as string
    if (given.length === name.length && given.toLowerCase() === name) count += 1
  }
  return count
}
