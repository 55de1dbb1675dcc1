import type { FastifyRequest } from 'fastify'
import { GraphError, invalidRequest } from '../../errors.js'

const version = /^\d{1,9}\.\d{1,9}$/

/**
 * The versions of the protocol that a request speaks and understands.
 * @throws invalidRequest for one that is not ours.
 * @see OData 4.01 Part 1, 8.1.5 and 8.2.7
 */
export function checkVersions ({ headers }: FastifyRequest): void {
  const { 'odata-version': spoken, 'odata-maxversion': understood } = headers
  const issues = []
  if (spoken !== undefined && spoken !== '4.0' && spoken !== '4.01') issues.push({ target: 'OData-Version', message: 'OData-Version must be 4.0 or 4.01' })
  if (understood !== undefined && (!version.test(String(understood)) || Number(understood) < 4)) issues.push({ target: 'OData-MaxVersion', message: 'OData-MaxVersion must be 4.0 or higher' })
  if (issues.length > 0) throw invalidRequest(issues)
}

/**
 * A request that wants to see one moment only must not be answered with anything else.
 * @throws isolationNotSupported
 * @see OData 4.01 Part 1, 8.2.6
 */
export function checkIsolation ({ headers }: FastifyRequest): void {
  const name = headers['isolation'] !== undefined ? 'Isolation' : 'OData-Isolation'
  if (headers[name.toLowerCase()] !== undefined) throw new GraphError('isolationNotSupported', undefined, { target: name })
}
