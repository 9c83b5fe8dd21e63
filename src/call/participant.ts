/**
 * How a caller shows in the LiveKit room. Attribute names as livekit/sip has them, so that pages
 * made for it work: https://docs.livekit.io/sip/sip-participant. The server alone writes them: no
 * token of ours lets a participant change its own.
 */
import { maskNumber } from '../meeting/mask-number.ts';
import type { LegId, NodeId } from './identifiers.ts';
import type { ShownPerson } from './person.ts';
import type { Meeting } from './ports/meetings.ts';
import type { CallInvitation, PictureState, RoomTarget } from './ports/sip-engine.ts';

/** Every identity of this node's callers begins so; `RoomAdmin.removeStale` goes by it. */
export const identityPrefix = (nodeId: NodeId): string => `ringbro:${nodeId}:`;

/** What shows a raised hand, and since when. */
export const handAttributes = (raised: boolean, at: number): Readonly<Record<string, string>> =>
  raised
    ? { 'ringbro.hand': 'raised', 'ringbro.handRaisedAt': new Date(at).toISOString() }
    : { 'ringbro.hand': '', 'ringbro.handRaisedAt': '' };

/** Why the caller's picture is missing. */
export const pictureAttributes = (state: PictureState): Readonly<Record<string, string>> => ({
  'ringbro.picture': state === 'coming' ? '' : state,
});

export const identityOf = (nodeId: NodeId, legId: LegId): string =>
  `${identityPrefix(nodeId)}${legId}`;

/** What may change under way. '' takes an attribute away. */
export function personAttributes(
  person: ShownPerson,
  callerNumber: string | undefined,
): Readonly<Record<string, string>> {
  const shownNumber = person.isProtected ? undefined : callerNumber;
  return {
    'ringbro.role': person.role,
    'ringbro.identification': person.identification,
    'ringbro.language': person.language,
    'ringbro.organisation': person.organisation ?? '',
    'ringbro.people': String(person.people),
    'sip.phoneNumber': shownNumber === undefined ? '' : maskNumber(shownNumber),
  };
}

export function participantOf(call: {
  readonly nodeId: NodeId;
  readonly invitation: CallInvitation;
  readonly meeting: Meeting;
  readonly person: ShownPerson;
  /** The published number that was dialled; undefined where the dialled user is a call ID. */
  readonly publishedNumber: string | undefined;
}): RoomTarget {
  const { legId, callerNumber } = call.invitation;
  const attributes = Object.entries({
    // sip.callIDFull is left out: a Call-ID header often holds the caller's own address.
    'sip.callID': legId,
    'sip.callStatus': 'active',
    ...personAttributes(call.person, callerNumber),
    'sip.trunkPhoneNumber': call.publishedNumber ?? '',
    'ringbro.roomSystem': call.invitation.roomSystem ?? '',
  });
  return {
    room: call.meeting.room,
    identity: identityOf(call.nodeId, legId),
    name: call.person.name,
    attributes: Object.fromEntries(attributes.filter(([, value]) => value !== '')),
    // The words of admission come first, then the microphone opens.
    muted: true,
  };
}
