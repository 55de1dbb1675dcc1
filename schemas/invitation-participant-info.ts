import type { Static } from '@sinclair/typebox'
import { complex } from './definition.js'
import { boolean, described, nullable, text } from './primitives.js'

/** microsoft.graph.identity */
export const Identity = complex('microsoft.graph.identity', {
  displayName: nullable(text('The name to show. It may be out of date.')),
  id: nullable(text('The id of the user, application or device.'))
}, { open: true, description: 'A user, an application or a device.' })
export type Identity = Static<typeof Identity>

/** microsoft.graph.identitySet */
export const IdentitySet = complex('microsoft.graph.identitySet', {
  application: nullable(Identity, { description: 'The application, if one is meant.' }),
  device: nullable(Identity, { description: 'The device, if one is meant.' }),
  user: nullable(Identity, { description: 'The user, if one is meant.' })
}, { open: true, description: 'Who is meant: a user, an application, a device, or several of them for one actor.' })
export type IdentitySet = Static<typeof IdentitySet>

/** microsoft.graph.invitationParticipantInfo */
export const InvitationParticipantInfo = complex('microsoft.graph.invitationParticipantInfo', {
  hidden: nullable(boolean('Whether the others in the call do not see the participant.')),
  identity: described(IdentitySet, 'Who is invited.'),
  participantId: nullable(text('The id of the participant in the call.')),
  removeFromDefaultAudioRoutingGroup: nullable(boolean('Whether the participant is taken out of the main mix of the call.')),
  replacesCallId: nullable(text('The id of the call that the invitation replaces, for a transfer.'))
}, { open: true, description: 'A participant to invite to a call.' })
export type InvitationParticipantInfo = Static<typeof InvitationParticipantInfo>
