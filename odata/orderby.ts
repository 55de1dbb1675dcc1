import type { StructuredType } from '../schemas/definition.js'
import type { Order } from '../storage/query/tree.js'
import { findProperty, toReading } from './properties.js'
import { refuse } from './refusal.js'

export const orderByLimit = 4

const option = '$orderby'
const term = /^[ \t]*([A-Za-z_][\w.]*(?:\/[A-Za-z_][\w.]*)*)(?:[ \t]+(asc|desc))?[ \t]*$/i

function parseTerm (text: string, position: number, declared: StructuredType): Order {
  const [, path = '', direction = 'asc'] = term.exec(text) ?? []
  if (path === '') throw refuse(option, 'a property is expected, with asc or desc after it', position)
  const place = position + text.indexOf(path)
  const property = findProperty(declared, path.split('/'))
  if ('problem' in property) throw refuse(option, property.problem, place)
  const { kind } = property
  if (kind === 'dynamic') throw refuse(option, `"${path}" is not declared, and only declared properties have an order`, place)
  if (kind === 'complex' || kind === 'collection') throw refuse(option, `"${path}" is not a single value`, place)
  return { by: toReading(property, 'text'), descending: direction.toLowerCase() === 'desc' }
}

/**
 * `$orderby`: declared properties, each with `asc` or `desc`.
 * @throws invalidRequest
 * @see OData 4.01 Part 2, 5.1.5
 */
export function parseOrderBy (text: string, declared: StructuredType): readonly Order[] {
  const terms = text.split(',')
  if (terms.length > orderByLimit) throw refuse(option, `it must have at most ${orderByLimit} properties`)
  let position = 0
  const orders: Order[] = []
  for (const part of terms) {
    const order = parseTerm(part, position, declared)
    if (orders.some(({ by }) => JSON.stringify(by) === JSON.stringify(order.by))) throw refuse(option, `"${part.trim()}" is there twice`, position)
    orders.push(order)
    position += part.length + 1
  }
  return Object.freeze(orders)
}
