/**
 * Every way a call ends, once. `docs/errors.md` tells the same to people; a test holds the two
 * together. A call ends for the first of these that happens and for no second one.
 */
import type { Termination, TerminationParty, TerminationResult } from './ports/call-records.ts';

export interface EndReason {
  readonly result: TerminationResult;
  readonly by: TerminationParty;
  readonly description: string;
  /** The final SIP answer where the call was not answered yet. */
  readonly sipStatus?: number;
}

export const endReasons = {
  // ------------------------------------------------------------ before the answer
  'source-not-allowed': {
    result: 'refused',
    by: 'gateway',
    description: 'The INVITE came from an address outside RINGBRO_SIP_ALLOW.',
    sipStatus: 403,
  },
  unauthorised: {
    result: 'refused',
    by: 'gateway',
    description: 'The INVITE came from an address that gave wrong credentials too often.',
    sipStatus: 403,
  },
  overload: {
    result: 'refused',
    by: 'gateway',
    description: 'As many calls as RINGBRO_MAX_CALLS were live.',
    sipStatus: 503,
  },
  draining: {
    result: 'refused',
    by: 'gateway',
    description: 'The gateway is being stopped and takes no new calls.',
    sipStatus: 503,
  },
  'trunk-limit': {
    result: 'refused',
    by: 'gateway',
    description: 'The trunk had as many calls, or calls a second, as its settings allow.',
    sipStatus: 486,
  },
  'unknown-number': {
    result: 'refused',
    by: 'gateway',
    description: 'The dialled number or address is not one of ours.',
    sipStatus: 404,
  },
  'journal-unwritable': {
    result: 'server-error',
    by: 'gateway',
    description: 'The start of the call could not be written down, so it was not answered.',
    sipStatus: 503,
  },
  'no-common-codec': {
    result: 'refused',
    by: 'gateway',
    description: 'The offer had no sound that both sides know, or could not be read.',
    sipStatus: 488,
  },
  'no-media': {
    result: 'server-error',
    by: 'gateway',
    description: 'No RTP port or media worker was free for the call.',
    sipStatus: 503,
  },
  cancelled: {
    result: 'abandoned',
    by: 'caller',
    description: 'The caller hung up while it rang.',
  },

  // ------------------------------------------------------------ the caller
  'hung-up-in-ivr': {
    result: 'abandoned',
    by: 'caller',
    description: 'The caller hung up before an ID was accepted.',
  },
  'hung-up-waiting': {
    result: 'abandoned',
    by: 'caller',
    description: 'The caller hung up while waiting to be let in.',
  },
  'hung-up': {
    result: 'completed',
    by: 'caller',
    description: 'The caller hung up in the meeting.',
  },
  'left-by-key': {
    result: 'completed',
    by: 'caller',
    description: 'The caller left by *4 and 1.',
  },
  'test-over': {
    result: 'completed',
    by: 'gateway',
    description: 'A test call: the caller was told how they sounded.',
  },
  'no-input': {
    result: 'abandoned',
    by: 'caller',
    description: 'No digits came, several rounds in a row.',
  },

  // ------------------------------------------------------------ the meeting's answer
  'wrong-id': {
    result: 'refused',
    by: 'gateway',
    description: 'All tries were used and none let the caller in.',
  },
  'too-early': {
    result: 'refused',
    by: 'meeting',
    description: 'The meeting begins more than 30 minutes from now.',
  },
  'meeting-ended': {
    result: 'refused',
    by: 'meeting',
    description: 'The booked end has passed, or the meeting was closed while the caller waited.',
  },
  full: { result: 'refused', by: 'meeting', description: 'All seats of the meeting are taken.' },
  'phones-not-allowed': {
    result: 'refused',
    by: 'meeting',
    description: 'The booking does not allow phones.',
  },
  'encryption-required': {
    result: 'refused',
    by: 'meeting',
    description: 'The meeting asks for an encrypted line, and the call had none.',
  },
  'room-encrypted': {
    result: 'refused',
    by: 'meeting',
    description: 'The room is end-to-end encrypted: a phone cannot join.',
  },
  'not-admitted': {
    result: 'refused',
    by: 'host',
    description: 'The host refused the waiting caller.',
  },
  'host-never-came': {
    result: 'abandoned',
    by: 'meeting',
    description: 'No host came within the longest wait for one.',
  },
  'wait-limit': {
    result: 'abandoned',
    by: 'meeting',
    description: 'Nobody let the caller in within the longest wait.',
  },

  // ------------------------------------------------------------ in the meeting
  'taken-over': {
    result: 'completed',
    by: 'caller',
    description:
      'The same personal PIN was keyed on a newer call, which goes on in place of this one.',
  },
  'meeting-over': {
    result: 'completed',
    by: 'meeting',
    description: 'The meeting was ended for all, or its room was deleted.',
  },
  removed: { result: 'completed', by: 'host', description: 'The host removed the caller.' },
  'operator-hung-up': {
    result: 'completed',
    by: 'operator',
    description: 'The call was ended through the API.',
  },
  'call-limit': {
    result: 'completed',
    by: 'gateway',
    description: 'The longest time of a call, RINGBRO_MAX_CALL_MINUTES, was up.',
  },
  'ivr-limit': {
    result: 'abandoned',
    by: 'gateway',
    description: 'The caller was in the menus for longer than anybody needs.',
  },
  drained: {
    result: 'completed',
    by: 'gateway',
    description: 'The gateway was stopped and the time to finish calls was up.',
    sipStatus: 503,
  },

  // ------------------------------------------------------------ the network
  'no-ack': {
    result: 'failed',
    by: 'network',
    description: 'No ACK to the 200 OK came (RFC 3261 section 13.3.1.4).',
  },
  'media-timeout': {
    result: 'failed',
    by: 'network',
    description: 'No RTP came from the caller for the media timeout, and the call was not on hold.',
  },
  'session-expired': {
    result: 'failed',
    by: 'network',
    description: 'The session timer was not refreshed (RFC 4028).',
  },
  'transport-lost': {
    result: 'failed',
    by: 'network',
    description: 'The SIP transport to the caller failed.',
  },
  'line-dropped': {
    result: 'failed',
    by: 'network',
    description: 'A BYE came that gives a fault of the network as its Reason (RFC 3326).',
  },
  'no-answer': {
    result: 'failed',
    by: 'network',
    description: 'An outbound call was not answered in time.',
  },
  rejected: { result: 'failed', by: 'network', description: 'An outbound call was refused.' },
  busy: { result: 'failed', by: 'network', description: 'Whom we called was busy.' },
  'not-reached': {
    result: 'failed',
    by: 'network',
    description: 'An outbound call did not get through: no trunk, no server that answers, no port.',
  },
  'not-accepted': {
    result: 'abandoned',
    by: 'caller',
    description: 'Whom we called answered, and did not press 1 to join.',
  },

  // ------------------------------------------------------------ faults
  'store-unreachable': {
    result: 'server-error',
    by: 'gateway',
    description: 'The store did not answer a look-up or a seat in time.',
    sipStatus: 503,
  },
  'room-unreachable': {
    result: 'server-error',
    by: 'gateway',
    description: 'LiveKit could not be reached for longer than a caller is asked to hold.',
  },
  'room-rejected': {
    result: 'server-error',
    by: 'gateway',
    description: 'LiveKit refused the participant (key, version or limit).',
  },
  'duplicate-identity': {
    result: 'server-error',
    by: 'gateway',
    description: 'Somebody joined the room under the identity of this call.',
  },
  'engine-lost': {
    result: 'server-error',
    by: 'gateway',
    description: 'The SIP engine or a media worker went away under the call.',
  },
  'gateway-died': {
    result: 'server-error',
    by: 'gateway',
    description: 'The process died; the next start closed the record.',
  },
  'node-died': {
    result: 'server-error',
    by: 'gateway',
    description: 'The node died; another node of the same store closed the record.',
  },
  bug: {
    result: 'server-error',
    by: 'gateway',
    description: 'A bug in ringbro. It ended this call alone; the log holds the error.',
    sipStatus: 500,
  },
} as const satisfies Record<string, EndReason>;

export type EndReasonCode = keyof typeof endReasons;

export const isEndReasonCode = (text: string): text is EndReasonCode =>
  Object.hasOwn(endReasons, text);

/** The entry of the list, typed as one kind. */
export const endReason = (code: EndReasonCode): EndReason => endReasons[code];

/** The termination that a record keeps. */
export function terminationOf(code: EndReasonCode): Termination {
  const { result, by } = endReasons[code];
  return { result, reason: code, by };
}
