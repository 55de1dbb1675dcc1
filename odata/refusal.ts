import { invalidRequest } from '../errors.js'
import type { GraphError } from '../errors.js'

/** 400 for a query option: its name, what is wrong, and where in its text, counted from 1. */
export function refuse (option: string, problem: string, position?: number): GraphError {
  const place = position === undefined ? '' : ` (at character ${position + 1})`
  return invalidRequest([{ target: option, message: `${option}: ${problem}${place}` }])
}
