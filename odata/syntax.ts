import { refuse } from './refusal.js'
import type { Literal, Token } from './tokens.js'
import { parseTokens } from './tokens.js'

export type BinaryOperator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'

/** An expression as it is written, before names and types are looked at. */
export type Syntax = { readonly position: number } & (
  | { readonly kind: 'literal', readonly literal: Literal, readonly text: string }
  | { readonly kind: 'path', readonly segments: readonly string[] }
  | { readonly kind: 'call', readonly name: string, readonly operands: readonly Syntax[] }
  | { readonly kind: 'not', readonly operand: Syntax }
  | { readonly kind: 'compare', readonly operator: BinaryOperator, readonly left: Syntax, readonly right: Syntax }
  | { readonly kind: 'in', readonly subject: Syntax, readonly items: ReadonlyArray<Extract<Syntax, { kind: 'literal' }>> }
  | { readonly kind: 'and' | 'or', readonly operands: readonly Syntax[] }
)

type LiteralSyntax = Extract<Syntax, { kind: 'literal' }>

export const expressionLimits = { nodes: 100, depth: 16, items: 50 } as const

/** From the loosest to the tightest; `not` and `in` bind tighter than all of them. @see OData 4.01 Part 2, 5.1.1.17 */
const comparisonLevels: ReadonlyArray<ReadonlySet<string>> = [new Set(['eq', 'ne']), new Set(['gt', 'ge', 'lt', 'le'])]

/** Known to OData, and not done here. */
const lambdas = new Set(['any', 'all'])
const unsupportedOperators = new Set(['has', 'add', 'sub', 'mul', 'div', 'divby', 'mod'])

/**
 * Reads the tokens of one expression. Keywords are taken in any case.
 * @see OData 4.01 Part 2, 5.1.1
 */
class Parser {
  readonly #option: string
  readonly #tokens: readonly Token[]
  #next = 0
  #nodes = 0
  #depth = 0

  constructor (option: string, tokens: readonly Token[]) {
    this.#option = option
    this.#tokens = tokens
  }

  get #token (): Token {
    return this.#tokens[this.#next] as Token
  }

  #fail (problem: string, position = this.#token.position): Error {
    return refuse(this.#option, problem, position)
  }

  /** The word of an operator, in lower case; empty when no name stands here. */
  get #word (): string {
    return this.#token.kind === 'name' ? this.#token.text.toLowerCase() : ''
  }

  #take (): Token {
    const token = this.#token
    this.#next += 1
    return token
  }

  #isAt (text: string): boolean {
    return this.#token.kind === 'punctuation' && this.#token.text === text
  }

  #expect (text: string): void {
    if (unsupportedOperators.has(this.#word)) throw this.#unexpected()
    if (!this.#isAt(text)) throw this.#fail(`"${text}" is expected before ${this.#shown}`)
    this.#take()
  }

  get #shown (): string {
    return this.#token.kind === 'end' ? 'the end' : JSON.stringify(this.#token.text)
  }

  #node<S extends Syntax> (node: S): S {
    this.#nodes += 1
    if (this.#nodes > expressionLimits.nodes) throw this.#fail(`an expression must have at most ${expressionLimits.nodes} operators, functions, properties and literals`, node.position)
    return node
  }

  #nested<T> (parse: () => T): T {
    this.#depth += 1
    if (this.#depth > expressionLimits.depth) throw this.#fail(`an expression must be at most ${expressionLimits.depth} levels deep`)
    const result = parse()
    this.#depth -= 1
    return result
  }

  parse (): Syntax {
    const expression = this.#junction('or')
    if (this.#token.kind !== 'end') throw this.#unexpected()
    return expression
  }

  #unexpected (): Error {
    const word = this.#word
    if (unsupportedOperators.has(word)) return this.#fail(`the operator "${word}" is not supported`)
    return this.#fail(`${this.#shown} is not expected`)
  }

  #junction (kind: 'and' | 'or'): Syntax {
    const { position } = this.#token
    const operand = (): Syntax => kind === 'or' ? this.#junction('and') : this.#comparison(0)
    const first = operand()
    const operands = [first]
    while (this.#word === kind) {
      this.#take()
      operands.push(operand())
    }
    return operands.length === 1 ? first : this.#node({ kind, operands, position })
  }

  #comparison (level: number): Syntax {
    const operators = comparisonLevels[level]
    if (operators === undefined) return this.#unary()
    let left = this.#comparison(level + 1)
    while (operators.has(this.#word)) {
      const { position } = this.#token
      const operator = this.#word as BinaryOperator
      this.#take()
      left = this.#node({ kind: 'compare', operator, left, right: this.#comparison(level + 1), position })
    }
    return left
  }

  #unary (): Syntax {
    if (this.#word !== 'not') return this.#membership()
    const { position } = this.#take()
    return this.#node({ kind: 'not', operand: this.#nested(() => this.#unary()), position })
  }

  #membership (): Syntax {
    const subject = this.#primary()
    if (this.#word !== 'in') return subject
    const { position } = this.#take()
    this.#expect('(')
    const items = [this.#item()]
    while (this.#isAt(',')) {
      this.#take()
      items.push(this.#item())
    }
    this.#expect(')')
    if (items.length > expressionLimits.items) throw this.#fail(`"in" takes at most ${expressionLimits.items} values`, position)
    return this.#node({ kind: 'in', subject, items, position })
  }

  #item (): LiteralSyntax {
    const token = this.#token
    if (token.kind !== 'literal') throw this.#fail(`a literal is expected before ${this.#shown}`)
    this.#take()
    return { kind: 'literal', literal: token.literal, text: token.text, position: token.position }
  }

  #primary (): Syntax {
    const token = this.#token
    if (token.kind === 'literal') return this.#node(this.#item())
    if (token.kind === 'name') return this.#isCall() ? this.#call() : this.#path()
    if (!this.#isAt('(')) throw this.#fail(`a property, a literal or a function is expected before ${this.#shown}`)
    this.#take()
    const inner = this.#nested(() => this.#junction('or'))
    this.#expect(')')
    return inner
  }

  #isCall (): boolean {
    const next = this.#tokens[this.#next + 1]
    return next?.kind === 'punctuation' && next.text === '('
  }

  #call (): Syntax {
    const { text: name, position } = this.#take()
    this.#expect('(')
    const operands = this.#nested(() => {
      const found: Syntax[] = []
      if (this.#isAt(')')) return found
      found.push(this.#junction('or'))
      while (this.#isAt(',')) {
        this.#take()
        found.push(this.#junction('or'))
      }
      return found
    })
    this.#expect(')')
    return this.#node({ kind: 'call', name, operands, position })
  }

  #path (): Syntax {
    const { text, position } = this.#take()
    const segments = [text]
    while (this.#isAt('/')) {
      this.#take()
      if (this.#token.kind !== 'name') throw this.#fail(`a property is expected before ${this.#shown}`)
      if (this.#isCall()) throw this.#fail(`${lambdas.has(this.#word) ? 'the lambda operator' : 'the function'} "${this.#token.text}" is not supported after a path`)
      segments.push(this.#take().text)
    }
    return this.#node({ kind: 'path', segments, position })
  }
}

/**
 * The tree of an expression as it is written.
 * @throws invalidRequest with the position of what is wrong
 */
export function parseSyntax (option: string, text: string): Syntax {
  return new Parser(option, parseTokens(option, text)).parse()
}
