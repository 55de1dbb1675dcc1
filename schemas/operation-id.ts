import { operationIdPattern } from './entity.js'

const operationId = new RegExp(operationIdPattern)

export function isOperationId (text: string): boolean {
  return operationId.test(text)
}
