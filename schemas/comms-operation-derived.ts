import type { TProperties } from '@sinclair/typebox'
import { Type } from '@sinclair/typebox'
import { CommsOperation } from './comms-operation.js'
import { enumeration, extend } from './definition.js'
import { InvitationParticipantInfo } from './invitation-participant-info.js'
import { nullable, text } from './primitives.js'

/*
 * The types derived from commsOperation in v1.0 and beta metadata, all open.
 * @see Microsoft Graph CSDL, namespace microsoft.graph
 */

const derive = <P extends TProperties>(name: string, description: string, properties: P) =>
  extend(CommsOperation, `microsoft.graph.${name}`, properties, { description })

export const PlayPromptCompletionReason = enumeration('microsoft.graph.playPromptCompletionReason', {
  unknown: 0, completedSuccessfully: 1, mediaOperationCanceled: 2, unknownFutureValue: 3
}, { description: 'Why the playing of a prompt ended.' })

export const RecordCompletionReason = enumeration('microsoft.graph.recordCompletionReason', {
  operationCanceled: 0,
  stopToneDetected: 1,
  maxRecordDurationReached: 2,
  initialSilenceTimeout: 3,
  maxSilenceTimeout: 4,
  playPromptFailed: 5,
  playBeepFailed: 6,
  mediaReceiveTimeout: 7,
  unspecifiedError: 8
}, { description: 'Why a recording ended.' })

export const SendDtmfCompletionReason = enumeration('microsoft.graph.sendDtmfCompletionReason', {
  unknown: 0, completedSuccessfully: 1, mediaOperationCanceled: 2, unknownFutureValue: 3
}, { description: 'Why the sending of tones ended.' })

export const AddLargeGalleryViewOperation = derive('addLargeGalleryViewOperation', 'Adding the large gallery view to a call.', {})
export const AdmitAllFromLobbyOperation = derive('admitAllFromLobbyOperation', 'Admitting everybody who waits in the lobby.', {})
export const AdmitFromLobbyOperation = derive('admitFromLobbyOperation', 'Admitting one who waits in the lobby.', {})
export const CancelMediaProcessingOperation = derive('cancelMediaProcessingOperation', 'Cancelling the media work that is queued or under way in a call.', {})
export const InviteParticipantsOperation = derive('inviteParticipantsOperation', 'Inviting participants to a call.', {
  participants: Type.Array(InvitationParticipantInfo, { description: 'Who is invited.' })
})
export const MuteParticipantOperation = derive('muteParticipantOperation', 'Muting one participant of a call.', {})
export const MuteParticipantsOperation = derive('muteParticipantsOperation', 'Muting several participants of a call.', {
  participants: Type.Array(text('The id of a participant.'), { description: 'The ids of who is muted.' })
})
export const PlayPromptOperation = derive('playPromptOperation', 'Playing a prompt in a call.', {
  completionReason: nullable(PlayPromptCompletionReason, { description: 'Why the playing ended; null until then.' })
})
export const RecordOperation = derive('recordOperation', 'Recording a short clip of a call.', {
  completionReason: nullable(RecordCompletionReason, { description: 'Why the recording ended; null until then.' }),
  recordingAccessToken: nullable(text('The token that opens recordingLocation.')),
  recordingLocation: nullable(text('The URL of the recording.'))
})
export const RemoveFromLobbyOperation = derive('removeFromLobbyOperation', 'Removing one who waits in the lobby.', {})
export const SendDtmfTonesOperation = derive('sendDtmfTonesOperation', 'Sending telephone key tones into a call.', {
  completionReason: nullable(SendDtmfCompletionReason, { description: 'Why the sending ended; null until then.' })
})
export const StartHoldMusicOperation = derive('startHoldMusicOperation', 'Starting the music for a participant on hold.', {})
export const StartRecordingOperation = derive('startRecordingOperation', 'Starting the recording of a call.', {})
export const StartTranscriptionOperation = derive('startTranscriptionOperation', 'Starting the transcription of a call.', {})
export const StopHoldMusicOperation = derive('stopHoldMusicOperation', 'Stopping the music for a participant on hold.', {})
export const StopRecordingOperation = derive('stopRecordingOperation', 'Stopping the recording of a call.', {})
export const StopTranscriptionOperation = derive('stopTranscriptionOperation', 'Stopping the transcription of a call.', {})
export const SubscribeToToneOperation = derive('subscribeToToneOperation', 'Subscribing to the telephone key tones of a call.', {})
export const UnmuteParticipantOperation = derive('unmuteParticipantOperation', 'Unmuting a participant of a call.', {})
export const UpdateRecordingStatusOperation = derive('updateRecordingStatusOperation', 'Telling the participants of a call that it is being recorded.', {})
