/** The machines of one who waits and of one who is in, told what they need to know of their call. */
import type { PhraseKey } from '../ivr/manuscript.ts';
import type { CallContext } from './call-context.ts';
import type { CallSettings, Surroundings } from './call-messages.ts';
import { mayClaimHost, waitLimitMs } from './call-terms.ts';
import { createHostKeys } from './host-keys.ts';
import type { CallId } from './identifiers.ts';
import { createMeetingMachine, type MeetingMachine } from './meeting-machine.ts';
import { createRollCall } from './roll-call.ts';
import type { Speaker } from './speaker.ts';
import { createWaitingMachine, type WaitingMachine } from './waiting-machine.ts';

/** What is true of the way to us: never more than that. */
const lineOf = ({ media }: CallContext): PhraseKey =>
  media?.encrypted === true ? 'line-encrypted' : 'line-plain';

/** @param call asked when the machine runs: it is a part of what it asks about */
export function createWaiting(
  call: () => CallContext,
  settings: CallSettings,
  speaker: Speaker,
): WaitingMachine {
  return createWaitingMachine({
    speaker,
    limitMs: (reason) => waitLimitMs(call(), reason),
    table: settings.keys,
    line: () => lineOf(call()),
    hasServiceDesk: settings.hasServiceDesk,
    mayClaim: () => mayClaimHost(call()),
    isSlow: () => call().invitee?.slowKeys === true,
  });
}

export function createInMeeting(
  call: () => CallContext,
  settings: CallSettings,
  speaker: Speaker,
  surroundings: Surroundings,
): MeetingMachine {
  /** What the surroundings say of the caller's meeting. */
  const ofMeeting = <T>(ask: (callId: CallId) => T, otherwise: T): T => {
    const { meeting } = call();
    return meeting === undefined ? otherwise : ask(meeting.callId);
  };
  const rollCall = createRollCall((name) =>
    ofMeeting((callId) => surroundings.canSay?.(callId, name) === true, false),
  );
  return createMeetingMachine({
    speaker,
    admissionWords: settings.admissionWords,
    aloneAfterMs: settings.aloneAfterMs,
    companions: () => ofMeeting((callId) => surroundings.companions(callId), 0),
    isHost: () => call().role === 'host',
    mayClaim: () => mayClaimHost(call()),
    isSlow: () => call().invitee?.slowKeys === true,
    // Those who share a phone.
    extraPeople: () =>
      call().people - 1 + ofMeeting((callId) => surroundings.extraPeople(callId), 0),
    keyTable: settings.keys,
    line: () => lineOf(call()),
    hasServiceDesk: settings.hasServiceDesk,
    hasPicture: () => call().media?.video === true,
    options: () => call().meeting?.options,
    hostKeys: createHostKeys({
      speaker,
      meeting: () => call().meeting,
      waiting: (callId) => surroundings.waitingCallers(callId),
      phonesMuted: (callId) => surroundings.phonesMuted(callId),
      phonesIn: (callId) => surroundings.phonesIn(callId),
      people: () => call().inMeeting.people(),
      rollCall,
    }),
    rollCall,
    phonesIn: () => ofMeeting((callId) => surroundings.phonesIn(callId), []),
    roomsWithoutPicture: () =>
      ofMeeting((callId) => surroundings.roomsWithoutPicture?.(callId) ?? [], []),
    somebodyWaits: () =>
      ofMeeting((callId) => surroundings.waitingCallers(callId).length > 0, false),
  });
}
