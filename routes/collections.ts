import { CommsOperation } from '../schemas/comms-operation.js'
import type { StructuredType } from '../schemas/definition.js'
import { OnenoteOperation } from '../schemas/onenote-operation.js'

/** Permissions from the least to the most privileged; any one of them is enough. */
export interface PermissionColumn {
  readonly read: readonly string[]
  readonly write: readonly string[]
}

/** Who may do what. A column left out means: not supported for such callers. */
export interface Permissions {
  /** Delegated, work or school account. */
  readonly delegated?: PermissionColumn
  /** Delegated, personal account. */
  readonly personal?: PermissionColumn
  /** Application. */
  readonly application?: PermissionColumn
}

/** One row: a collection of operations, its URL, owner and type. */
export interface CollectionDefinition {
  /** Below the prefix, such as `/communications/calls/{callId}/operations`. */
  readonly path: string
  /**
   * What the operations belong to, such as `calls/{callId}`, made of the path's parameters; `{me}` is the
   * caller. Rows with the same owner are one collection.
   */
  readonly owner: string
  /** The declared type; operations may be of types derived from it. */
  readonly type: StructuredType
  readonly permissions: Permissions
}

/** @see Microsoft Graph: permissions of the onenoteOperation and of the OneNote copy actions */
const notesPermissions: Permissions = {
  delegated: {
    read: ['Notes.Create', 'Notes.Read', 'Notes.Read.All', 'Notes.ReadWrite', 'Notes.ReadWrite.All'],
    write: ['Notes.Create', 'Notes.ReadWrite', 'Notes.ReadWrite.All']
  },
  personal: {
    read: ['Notes.Create', 'Notes.Read', 'Notes.ReadWrite'],
    write: ['Notes.Create', 'Notes.ReadWrite']
  },
  application: {
    read: ['Notes.Read.All', 'Notes.ReadWrite.All'],
    write: ['Notes.ReadWrite.All']
  }
}

const callActions = ['Calls.Initiate.All', 'Calls.InitiateGroupCall.All', 'Calls.JoinGroupCall.All', 'Calls.JoinGroupCallAsGuest.All', 'Calls.AccessMedia.All']

/** @see Microsoft Graph: permissions of the call actions */
const callsPermissions: Permissions = { application: { read: callActions, write: callActions } }

const onenote = { type: OnenoteOperation, permissions: notesPermissions }
const comms = { type: CommsOperation, permissions: callsPermissions }

/** The collections every mount has; a host passes more. */
export const collections: readonly CollectionDefinition[] = [
  { path: '/me/onenote/operations', owner: 'users/{me}', ...onenote },
  { path: '/users/{userId}/onenote/operations', owner: 'users/{userId}', ...onenote },
  { path: '/groups/{groupId}/onenote/operations', owner: 'groups/{groupId}', ...onenote },
  { path: '/sites/{siteId}/onenote/operations', owner: 'sites/{siteId}', ...onenote },
  { path: '/groups/{groupId}/sites/{siteId}/onenote/operations', owner: 'sites/{siteId}', ...onenote },
  { path: '/invitations/{invitationsId}/invitedUser/joinedGroups/{groupId}/sites/{siteId}/onenote/operations', owner: 'sites/{siteId}', ...onenote },
  { path: '/communications/calls/{callId}/operations', owner: 'calls/{callId}', ...comms },
  { path: '/app/calls/{callId}/operations', owner: 'calls/{callId}', ...comms }
]
