import type { CsdlDocument } from '../../schemas/csdl/model.js'

/** One line of the service document. @see OData JSON Format 4.01, 5 */
export interface ServiceEntry {
  readonly name: string
  readonly kind: 'EntitySet' | 'Singleton'
  readonly url: string
}

/** What the service document lists: the children of the container. */
export function toServiceEntries ({ schemas }: CsdlDocument): ServiceEntry[] {
  return schemas.flatMap(({ elements }) => elements)
    .flatMap((element) => element.kind === 'EntityContainer' ? element.children : [])
    .map(({ name, isCollection }) => ({ name, kind: isCollection ? 'EntitySet' : 'Singleton', url: name }))
}
