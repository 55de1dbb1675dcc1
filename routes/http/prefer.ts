import type { FastifyRequest } from 'fastify'

/** What an answer to a write carries: the representation, or nothing. */
export type Return = 'representation' | 'minimal'

/**
 * The `return` preference; the first one counts, unknown preferences are ignored.
 * @see RFC 7240, 4.2; OData 4.01 Part 1, 8.2.8.7
 */
export function parseReturn ({ headers }: FastifyRequest): Return | undefined {
  for (const preference of String(headers['prefer'] ?? '').split(',')) {
    const [, value] = /^\s*return\s*=\s*"?(minimal|representation)"?\s*(?:;|$)/i.exec(preference) ?? []
    if (value !== undefined) return value.toLowerCase() as Return
  }
  return undefined
}
