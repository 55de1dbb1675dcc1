import type { StructuredType } from '../schemas/definition.js'
import { findProperty } from './properties.js'
import { refuse } from './refusal.js'

export const selectLimit = 50

const option = '$select'
const item = /^[A-Za-z_][\w.]*(?:\/[A-Za-z_][\w.]*)*$/

/** Members that an answer keeps: of each name everything, or the members named below it. */
export type Selection = ReadonlyMap<string, Selection | undefined>

type Growing = Map<string, Growing | undefined>

function add (selection: Growing, [name, ...rest]: readonly string[]): void {
  const known = selection.get(name as string)
  if (rest.length === 0 || (selection.has(name as string) && known === undefined)) {
    selection.set(name as string, undefined)
    return
  }
  const inner = known ?? new Map<string, Growing | undefined>()
  add(inner, rest)
  selection.set(name as string, inner)
}

/**
 * `$select`: `*`, declared properties, members of complex ones, and dynamic properties of open types. The key
 * is always kept, so that what is selected can be addressed. `undefined` keeps everything.
 * @throws invalidRequest
 * @see OData 4.01 Part 2, 5.1.4; OData JSON Format 4.01, 4.5.8
 */
export function parseSelect (text: string, declared: StructuredType): Selection | undefined {
  const items = text.split(',')
  if (items.length > selectLimit) throw refuse(option, `it must have at most ${selectLimit} properties`)
  const selection: Growing = new Map([['id', undefined]])
  let position = 0
  let isWhole = false
  for (const given of items) {
    const path = given.trim()
    const place = position + given.indexOf(path)
    position += given.length + 1
    if (path === '*') {
      isWhole = true
      continue
    }
    if (!item.test(path)) throw refuse(option, path === '' ? 'a property is expected' : `"${path}" is not a property`, place)
    const property = findProperty(declared, path.split('/'))
    if ('problem' in property) throw refuse(option, property.problem, place)
    add(selection, property.path)
  }
  return isWhole ? undefined : selection
}
