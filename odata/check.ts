import type { EnumerationDefinition, StructuredType } from '../schemas/definition.js'
import { typeNameKey } from '../schemas/type-set.js'
import type { Comparison, Expression, FunctionName, Member, Scalar } from '../storage/query/tree.js'
import { findProperty, toReading, toSpellings } from './properties.js'
import { refuse } from './refusal.js'
import type { Syntax } from './syntax.js'
import type { Literal } from './tokens.js'

type SimpleKind = 'text' | 'number' | 'boolean' | 'instant'
/** `name` is a literal such as `microsoft.graph.operationStatus'Running'`. */
type Kind = SimpleKind | 'name' | 'null' | 'dynamic' | 'complex' | 'date' | 'guid' | EnumerationDefinition

/** A checked operand; one that may be read in several ways is read when its other side is known. */
interface Operand {
  readonly kind: Kind
  readonly syntax: Syntax
  readonly read: (as: Member['reading']) => Expression
  /** The names a text or enumeration literal may stand for. */
  readonly literal?: Literal
  /** Exact names by lower-case ones, where types below the declared one have an enumeration here. */
  readonly spellings?: ReadonlyMap<string, string>
}

interface Signature {
  readonly name: FunctionName
  readonly operands: number
  readonly result: SimpleKind
}

/** @see OData 4.01 Part 2, 5.1.1.5 and 5.1.1.7 */
const signatures: readonly Signature[] = [
  { name: 'contains', operands: 2, result: 'boolean' },
  { name: 'startswith', operands: 2, result: 'boolean' },
  { name: 'endswith', operands: 2, result: 'boolean' },
  { name: 'tolower', operands: 1, result: 'text' },
  { name: 'toupper', operands: 1, result: 'text' },
  { name: 'length', operands: 1, result: 'number' }
]

/** Kinds of values that are compared with each other. */
const readings: readonly SimpleKind[] = ['text', 'number', 'boolean', 'instant']

const kindNames: Readonly<Record<Exclude<Kind, EnumerationDefinition>, string>> = {
  text: 'a text', name: 'an enumeration literal', number: 'a number', boolean: 'a boolean', instant: 'a date-time', null: 'null', dynamic: 'a dynamic property', complex: 'a complex value', date: 'a date', guid: 'a GUID'
}

function toKindName (kind: Kind): string {
  return typeof kind === 'object' ? `a ${kind.name}` : kindNames[kind]
}

/** What to write instead of a literal of the wrong kind. */
function toHint (a: Kind, b: Kind): string {
  const kinds = [a, b]
  if (kinds.includes('instant') && kinds.includes('text')) return '; a date-time is written without quotes'
  if (kinds.includes('instant') && kinds.includes('date')) return '; a date-time has a time and an offset, such as 2016-12-31T00:00:00Z'
  return kinds.includes('text') && kinds.includes('guid') ? '; a text is written in single quotes' : ''
}

function freeze<T> (value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) Object.values(Object.freeze(value)).forEach(freeze)
  return value
}

/** Gives names and types to an expression of one option. */
class Checker {
  readonly #option: string
  readonly #type: StructuredType
  readonly #below: readonly StructuredType[]

  constructor (option: string, type: StructuredType, below: readonly StructuredType[]) {
    this.#option = option
    this.#type = type
    this.#below = below
  }

  #fail (problem: string, { position }: Syntax): Error {
    return refuse(this.#option, problem, position)
  }

  /** The number of an enumeration name, in any case. */
  #numberOf (enumeration: EnumerationDefinition, literal: Literal | undefined, syntax: Syntax): number {
    if (literal?.type === 'enumeration' && typeNameKey(literal.typeName) !== typeNameKey(enumeration.name)) {
      throw this.#fail(`${literal.typeName} is another type than ${enumeration.name}`, syntax)
    }
    const name = String(literal?.value).toLowerCase()
    const found = Object.entries(enumeration.members).find(([member]) => member.toLowerCase() === name)
    if (found === undefined) throw this.#fail(`'${String(literal?.value)}' is not one of ${Object.keys(enumeration.members).join(', ')}`, syntax)
    return found[1]
  }

  #property (syntax: Extract<Syntax, { kind: 'path' }>): Operand {
    const found = findProperty(this.#type, syntax.segments)
    if ('problem' in found) throw this.#fail(found.problem, syntax)
    if (found.kind === 'collection') throw this.#fail(`"${found.path.join('/')}" is a collection, which cannot be compared`, syntax)
    const spellings = found.kind === 'dynamic' && found.path.length === 1 ? toSpellings(found.path[0] as string, this.#below) : undefined
    return { kind: found.kind, syntax, read: (as) => toReading(found, as), ...(spellings && { spellings }) }
  }

  #literal (syntax: Syntax, literal: Literal): Operand {
    if (literal.type === 'enumeration' && !literal.typeName.includes('.')) throw this.#fail(`literals of the type "${literal.typeName}" are not supported`, syntax)
    const kind = literal.type === 'enumeration' ? 'name' : literal.type
    return { kind, syntax, literal, read: () => ({ kind: 'literal', value: literal.value }) }
  }

  #call (syntax: Extract<Syntax, { kind: 'call' }>): Operand {
    const signature = signatures.find(({ name }) => name === syntax.name.toLowerCase())
    if (signature === undefined) throw this.#fail(`the function "${syntax.name}" is not supported`, syntax)
    const { name, result } = signature
    if (syntax.operands.length !== signature.operands) throw this.#fail(`${name} takes ${signature.operands} operand${signature.operands === 1 ? '' : 's'}`, syntax)
    const operands = syntax.operands.map((given) => {
      const operand = this.#operand(given)
      if (operand.kind !== 'text' && operand.kind !== 'dynamic' && operand.kind !== 'null') throw this.#fail(`${name} takes texts, not ${toKindName(operand.kind)}`, given)
      return operand.read('text')
    })
    return { kind: result, syntax, read: () => ({ kind: 'call', name, operands }) }
  }

  #operand (syntax: Syntax): Operand {
    switch (syntax.kind) {
      case 'literal': return this.#literal(syntax, syntax.literal)
      case 'path': return this.#property(syntax)
      case 'call': return this.#call(syntax)
      default: {
        const condition = this.condition(syntax)
        return { kind: 'boolean', syntax, read: () => condition }
      }
    }
  }

  /** Both operands as expressions of one kind. */
  #pair (syntax: Syntax, left: Operand, right: Operand): [Expression, Expression] {
    if (typeof left.kind === 'object' && this.#isName(right)) return [left.read('enumeration'), this.#toNumber(left.kind, right)]
    if (typeof right.kind === 'object' && this.#isName(left)) return [this.#toNumber(right.kind, left), right.read('enumeration')]
    if (left.kind === 'null' || right.kind === 'null') return [left.read('any'), right.read('any')]
    if (left.kind === 'dynamic' && right.kind === 'dynamic') throw this.#fail('two dynamic properties cannot be compared: the kind of their values is not known', syntax)
    const kind = left.kind === 'dynamic' ? right.kind : left.kind
    const isSame = left.kind === 'dynamic' || right.kind === 'dynamic' || left.kind === right.kind
    if (left.spellings !== undefined || right.spellings !== undefined) return this.#pair(syntax, this.#spelled(left, right), this.#spelled(right, left))
    // a dynamic property has the name of an enumeration as text
    const reading = kind === 'name' ? 'text' : typeof kind === 'object' ? 'enumeration' : readings.find((one) => one === kind)
    if (!isSame || reading === undefined) {
      throw this.#fail(`${toKindName(left.kind)} cannot be compared with ${toKindName(right.kind)}${toHint(left.kind, right.kind)}`, syntax)
    }
    return [this.#readAs(left, kind, reading), this.#readAs(right, kind, reading)]
  }

  /** The operand without spellings of its own, a literal as the other one's spellings have it. */
  #spelled ({ spellings: _used, ...operand }: Operand, { spellings }: Operand): Operand {
    const exact = this.#isName(operand) ? spellings?.get(String(operand.literal?.value).toLowerCase()) : undefined
    return exact === undefined ? operand : { ...operand, read: () => ({ kind: 'literal', value: exact }) }
  }

  /** Both spellings of an enumeration literal: with its type, and as a text. */
  #isName ({ kind, literal }: Operand): boolean {
    return literal !== undefined && (kind === 'text' || kind === 'name')
  }

  #toNumber (enumeration: EnumerationDefinition, { literal, syntax }: Operand): Expression {
    return { kind: 'literal', value: this.#numberOf(enumeration, literal, syntax) }
  }

  /** A dynamic property beside an enumeration is read by the names of that enumeration. */
  #readAs (operand: Operand, kind: Kind, reading: Member['reading']): Expression {
    const expression = operand.read(reading)
    return expression.kind === 'member' && typeof kind === 'object' ? { ...expression, names: kind.members } : expression
  }

  #in (syntax: Extract<Syntax, { kind: 'in' }>): Expression {
    const subject = this.#operand(syntax.subject)
    const values: Scalar[] = []
    let read: Expression | undefined
    for (const item of syntax.items) {
      const [expression, value] = this.#pair(item, subject, this.#literal(item, item.literal))
      values.push((value as Extract<Expression, { kind: 'literal' }>).value)
      if (item.literal.type === 'null') continue
      if (read !== undefined && JSON.stringify(read) !== JSON.stringify(expression)) throw this.#fail('the values of "in" must be of one kind', item)
      read = expression
    }
    return { kind: 'in', subject: read ?? subject.read('any'), values }
  }

  /** An expression that is true, false or null. */
  condition (syntax: Syntax): Expression {
    switch (syntax.kind) {
      case 'and':
      case 'or': return { kind: syntax.kind, operands: syntax.operands.map((operand) => this.condition(operand)) }
      case 'not': return { kind: 'not', operand: this.condition(syntax.operand) }
      case 'in': return this.#in(syntax)
      case 'compare': {
        const [left, right] = this.#pair(syntax, this.#operand(syntax.left), this.#operand(syntax.right))
        return { kind: 'compare', operator: syntax.operator satisfies Comparison, left, right }
      }
      default: {
        const operand = this.#operand(syntax)
        if (operand.kind !== 'boolean' && operand.kind !== 'dynamic') throw this.#fail(`a condition is expected, not ${toKindName(operand.kind)}`, syntax)
        return operand.read('boolean')
      }
    }
  }
}

/**
 * The query tree of a condition on operations of the declared type, frozen.
 * @throws invalidRequest for unknown names of closed types and kinds that do not go together
 */
export function checkCondition (option: string, syntax: Syntax, declared: StructuredType, below: readonly StructuredType[]): Expression {
  return freeze(new Checker(option, declared, below).condition(syntax))
}
