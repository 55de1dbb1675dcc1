import type { Test } from 'tap'
import type { Place } from './place.js'

/**
 * - `supported`: done as the clause says
 * - `deviates`: done in another way; `note` says which
 * - `refused`: answered with an error that names it
 * - `absent`: not there; nothing pretends that it is
 */
export type Support = 'supported' | 'deviates' | 'refused' | 'absent'

/** One normative clause, what this package makes of it, and the test that shows it. */
export interface Clause {
  /** Such as `OData 4.01 Part 1` or `Microsoft Graph`. */
  readonly source: string
  /** The section's number, or the name of the page. */
  readonly section: string
  readonly title: string
  readonly support: Support
  /** What is done, refused or missing, in one sentence. */
  readonly note: string
  readonly test: (t: Test, place: Place) => Promise<void>
}

export function clause (given: Clause): Clause {
  return given
}

/** What the file of a clause is called, so that the folder reads as a table of contents. */
export function toFileName ({ source, section, title }: Clause): string {
  return `${[source, section, title].join(' ').toLowerCase().replaceAll(/[^a-z0-9.$]+/g, '-').replaceAll(/^-|-$/g, '')}.ts`
}
