import { invalidRequest } from '../errors.js'
import { refuse } from './refusal.js'

/** The system query options that some route supports. */
export type OptionName = '$filter' | '$orderby' | '$select' | '$top' | '$skip' | '$count' | '$skiptoken'

export type QueryOptions = Readonly<Partial<Record<OptionName, string>>>

/** Every system query option of OData and Graph. @see OData 4.01 Part 2, 5.1 */
const systemOptions: ReadonlySet<string> = new Set([
  '$filter', '$orderby', '$select', '$top', '$skip', '$count', '$skiptoken', '$expand', '$search', '$apply', '$compute', '$format', '$levels', '$index', '$schemaversion', '$deltatoken', '$id'
])

/** A name or value as a URL has it; `+` stands for a space, as forms and URLSearchParams write it. */
function decode (text: string, target: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw invalidRequest([{ target, message: `the query has "${text}", which is not percent-encoded UTF-8` }])
  }
}

/** The name with its `$`, in lower case, when it is a system query option, else as it is. */
function toOptionName (given: string): string {
  const name = `$${given.toLowerCase().replace(/^\$/, '')}`
  return systemOptions.has(name) ? name : given
}

/**
 * The query options of a URL: the text behind its `?`, read here and not by the host's parser. Names may
 * stand without `$` and in any case, each once.
 * @throws invalidRequest for what the route does not support, naming it
 * @see OData 4.01 Part 1, 11.2.1
 */
export function parseQueryOptions (query: string, supported: readonly OptionName[]): QueryOptions {
  const options: Partial<Record<OptionName, string>> = {}
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const separator = pair.indexOf('=')
    const given = decode(separator === -1 ? pair : pair.slice(0, separator), '')
    const name = toOptionName(given)
    const option = supported.find((one) => one === name)
    if (option === undefined) throw invalidRequest([{ target: name, message: systemOptions.has(name) ? `${name} is not supported here` : `"${name}" is not a query option of this route` }])
    if (options[option] !== undefined) throw refuse(option, 'it is there twice')
    const value = separator === -1 ? '' : decode(pair.slice(separator + 1), option)
    if (value.trim() === '') throw refuse(option, 'it is empty')
    options[option] = value
  }
  return options
}
