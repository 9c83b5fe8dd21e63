/**
 * How a caller shows in the LiveKit room. Attribute names as livekit/sip has them, so that pages
 * made for it work: https://docs.livekit.io/sip/sip-participant
 */
import { maskNumber } from '../meeting/mask-number.ts';
import type { Meeting } from './ports/meetings.ts';
import type { CallInvitation, RoomTarget } from './ports/sip-engine.ts';
import type { LegId, NodeId } from './identifiers.ts';

/** Every identity of this node's callers begins so; `RoomAdmin.removeStale` goes by it. */
export const identityPrefix = (nodeId: NodeId): string => `ringbro:${nodeId}:`;

/** What shows a raised hand, and since when. */
export const handAttributes = (raised: boolean, at: number): Readonly<Record<string, string>> =>
  raised
    ? { 'ringbro.hand': 'raised', 'ringbro.handRaisedAt': new Date(at).toISOString() }
    : { 'ringbro.hand': '', 'ringbro.handRaisedAt': '' };

export const identityOf = (nodeId: NodeId, legId: LegId): string =>
  `${identityPrefix(nodeId)}${legId}`;

export function participantOf(call: {
  readonly nodeId: NodeId;
  readonly invitation: CallInvitation;
  readonly meeting: Meeting;
  readonly number: number;
  /** The published number that was dialled; undefined where the dialled user is a call ID. */
  readonly publishedNumber: string | undefined;
}): RoomTarget {
  const { legId, callerNumber } = call.invitation;
  return {
    room: call.meeting.room,
    identity: identityOf(call.nodeId, legId),
    name: `Phone ${call.number}`,
    attributes: {
      // sip.callIDFull is left out: a Call-ID header often holds the caller's own address.
      'sip.callID': legId,
      'sip.callStatus': 'active',
      ...(callerNumber === undefined ? {} : { 'sip.phoneNumber': maskNumber(callerNumber) }),
      ...(call.publishedNumber === undefined
        ? {}
        : { 'sip.trunkPhoneNumber': call.publishedNumber }),
    },
    // The words of admission come first, then the microphone opens.
    muted: true,
  };
}
