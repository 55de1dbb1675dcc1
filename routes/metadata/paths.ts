import type { CsdlContainerChild, CsdlContainment, CsdlSchema, CsdlStructuredType } from '../../schemas/csdl/model.js'
import type { StructuredType } from '../../schemas/definition.js'
import { nameOf } from '../../schemas/type-set.js'
import type { CollectionDefinition } from '../collections.js'
import type { Contract, Reachable } from './capabilities.js'
import { operationsTerms, serviceTerms, toOperationsTerms, toPathTerms } from './capabilities.js'

/** One segment of a path; a `{parameter}` after it makes it a collection. */
interface Step {
  readonly name: string
  readonly isCollection: boolean
}

/** A segment with all that follows it in some path. */
interface Node extends Step {
  /** The declared type, when the node is a collection of operations. */
  readonly type: StructuredType | undefined
  readonly children: Nodes
}

type Nodes = Map<string, Node>

const identifier = /^[A-Za-z_]\w{0,127}$/
const containerName = 'Service'
const keyName = 'id'

/** The steps of a path; `undefined` when a segment cannot be a name, or a parameter has none before it. */
function findSteps (path: string): Step[] | undefined {
  const steps: Step[] = []
  for (const segment of path.slice(1).split('/')) {
    const last = steps.at(-1)
    if (!segment.startsWith('{')) {
      if (!identifier.test(segment) || (segment === keyName && last?.isCollection === true)) return undefined
      steps.push({ name: segment, isCollection: false })
    } else {
      if (last === undefined || last.isCollection) return undefined
      steps.splice(-1, 1, { ...last, isCollection: true })
    }
  }
  return steps.at(-1)?.isCollection === true ? undefined : steps
}

/** Puts a row where its path leads; false when what is there already means something else. */
function place (roots: Nodes, { path, type }: CollectionDefinition): boolean {
  const steps = findSteps(path) ?? []
  let nodes = roots
  for (const step of steps.slice(0, -1)) {
    const node = nodes.get(step.name) ?? { ...step, type: undefined, children: new Map<string, Node>() }
    if (node.isCollection !== step.isCollection || node.type !== undefined) return false
    nodes.set(step.name, node)
    nodes = node.children
  }
  const last = steps.at(-1)
  if (last === undefined || nodes.has(last.name)) return false
  nodes.set(last.name, { name: last.name, isCollection: true, type, children: new Map() })
  return true
}

/** All that is below a node, by navigation path. */
function reachableFrom ({ children }: Node, before = ''): Reachable[] {
  return [...children.values()].flatMap((node) => {
    const path = before + node.name
    return [{ path, isCollection: node.isCollection, type: node.type }, ...reachableFrom(node, `${path}/`)]
  })
}

/** Makes the entity types of paths: segments of one name that lead to the same have one type. */
class PathTypes {
  readonly made: CsdlStructuredType[] = []
  readonly #namespace: string
  readonly #byShape = new Map<string, string>()
  readonly #names = new Set([containerName])

  constructor (namespace: string) {
    this.#namespace = namespace
  }

  /** The qualified name of the type of a node. */
  nameFor (node: Node): string {
    if (node.type !== undefined) return nameOf(node.type)
    const containments = [...node.children.values()].map((child): CsdlContainment => ({
      name: child.name, type: this.nameFor(child), isCollection: child.isCollection, annotations: child.type === undefined ? {} : operationsTerms
    }))
    const shape = JSON.stringify([node.name, node.isCollection, containments])
    const known = this.#byShape.get(shape)
    if (known !== undefined) return known
    const name = this.#make(node, containments)
    this.#byShape.set(shape, name)
    return name
  }

  #make ({ name, isCollection }: Node, containments: readonly CsdlContainment[]): string {
    let free = name
    for (let number = 2; this.#names.has(free); number += 1) free = `${name}_${number}`
    this.#names.add(free)
    this.made.push({
      kind: 'EntityType',
      name: free,
      isAbstract: false,
      isOpen: false,
      key: isCollection ? [keyName] : [],
      properties: isCollection ? [{ name: keyName, type: 'Edm.String', isCollection: false, isNullable: false, annotations: {} }] : [],
      containments,
      annotations: { 'Core.Description': 'A part of the URLs of operations; it has no representation of its own.' }
    })
    return `${this.#namespace}.${free}`
  }
}

interface PathSchema {
  readonly schema: CsdlSchema
  /** Qualified name. */
  readonly container: string
  readonly unsaid: readonly string[]
}

/**
 * The container and the types of the paths that lead to operations, in a namespace of their own.
 * `unsaid` are the paths that an Entity Data Model has no words for.
 * @see OData CSDL 4.01, 13
 */
export function toPathSchema (rows: readonly CollectionDefinition[], contract: Contract, namespaces: readonly string[]): PathSchema {
  const roots: Nodes = new Map()
  const unsaid = rows.filter((row) => !place(roots, row)).map(({ path }) => path)
  let namespace = 'graphOperations'
  while (namespaces.includes(namespace)) namespace += '_'
  const pathTypes = new PathTypes(namespace)
  const children = [...roots.values()].map((node): CsdlContainerChild => ({
    name: node.name,
    type: pathTypes.nameFor(node),
    isCollection: node.isCollection,
    annotations: node.type === undefined ? toPathTerms(node.isCollection, reachableFrom(node), contract) : toOperationsTerms(node.type, contract.types)
  }))
  return {
    schema: { namespace, elements: [...pathTypes.made, { kind: 'EntityContainer', name: containerName, children, annotations: serviceTerms }] },
    container: `${namespace}.${containerName}`,
    unsaid
  }
}
