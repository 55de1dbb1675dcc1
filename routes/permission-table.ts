import type { PermissionColumn, Permissions } from './collections.js'
import type { Action } from './mount.js'

/** Which entry of a column each action needs; what is not here can be nobody's. */
export const neededFor = {
  list: 'read',
  get: 'read',
  count: 'read',
  create: 'write',
  update: 'write',
  remove: 'write'
} as const satisfies Record<Action, keyof PermissionColumn>

const columns: readonly string[] = ['delegated', 'personal', 'application'] satisfies Array<keyof Permissions>
const entries: readonly string[] = ['read', 'write'] satisfies Array<keyof PermissionColumn>

/** Definitions come from JavaScript too, whatever their types say. */
function isObject (value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An empty list is a word too: nobody. */
function isPermissionList (value: unknown): boolean {
  return Array.isArray(value) && Array.from(value).every((name) => typeof name === 'string' && name !== '')
}

function findColumnProblem (name: string, column: unknown): string | undefined {
  if (!columns.includes(name)) return `permissions.${name} is no column; there are ${columns.join(', ')}`
  if (!isObject(column)) return `permissions.${name} must be { read: […], write: […] }`
  const unknown = Object.keys(column).find((entry) => !entries.includes(entry))
  if (unknown !== undefined) return `permissions.${name}.${unknown} is no entry; there are ${entries.join(', ')}`
  const wrong = entries.find((entry) => !isPermissionList(column[entry]))
  return wrong && `permissions.${name}.${wrong} must be a list of names of permissions`
}

/** What is wrong with a table of permissions: whom it would shut out without a word is a mistake. */
export function findPermissionProblem (permissions: unknown): string | undefined {
  if (!isObject(permissions)) return 'its permissions are missing; { application: { read: […], write: […] } } names who may use it'
  const given = Object.entries(permissions).filter(([, column]) => column !== undefined)
  if (given.length === 0) return `its permissions have no column, so nobody could use it; there are ${columns.join(', ')}`
  return given.map(([name, column]) => findColumnProblem(name, column)).find((problem) => problem !== undefined)
}
