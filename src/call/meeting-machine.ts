/**
 * A caller in the meeting: admission words, microphone, keys, words about the room.
 *
 *   admitting ──words and tone over, or stopped by a key and a tone──▶ in (the caller is heard)
 *       in ──room-lost──▶ in, without room ──room-recovered──▶ in
 *
 * Nothing here ends the call but the caller's own `leave`: others who are muted, silent or absent
 * are at most told of.
 */
import type { PhraseKey } from '../ivr/manuscript.ts';
import { phrase, type Phrase } from '../ivr/phrase.ts';
import { waitWordsFirstMs, waitWordsThenMs, type CallOutput } from './call-messages.ts';
import type { CommandKeyTable } from './command-keys.ts';
import { createHand } from './hand.ts';
import type { PhoneInMeeting } from './host-act.ts';
import type { HostKeys } from './host-keys.ts';
import { createHostNews } from './host-news.ts';
import { createMeetingKeys, type MeetingOutput } from './meeting-keys.ts';
import { createMuteState } from './mute-state.ts';
import type { Digit } from './ports/sip-engine.ts';
import { createNamedTimers, earliestOf } from './named-timers.ts';
import type { RollCall } from './roll-call.ts';
import { createRoomCompany } from './room-company.ts';
import type { Speaker } from './speaker.ts';
import type { MeetingOptions } from '../meeting/meeting-options.ts';

export type MeetingInput =
  | { readonly type: 'digit'; readonly digit: Digit }
  | { readonly type: 'said' }
  | { readonly type: 'room-lost' }
  | { readonly type: 'room-recovered' }
  | { readonly type: 'audience'; readonly others: number }
  | { readonly type: 'company-changed' }
  /** The host's doing, whichever way it came. */
  | { readonly type: 'mute'; readonly muted: boolean }
  | { readonly type: 'talking-muted' }
  /** Somebody waits to be let in: for a host. */
  | { readonly type: 'knock' }
  /** The picture of a video room went missing: for a host. */
  | { readonly type: 'picture-missing' }
  /** A word from outside the room; `at` where it has a time in it. */
  | { readonly type: 'tell'; readonly key: PhraseKey; readonly at?: number }
  | { readonly type: 'timeout' };

export type { MeetingOutput };

export interface MeetingMachine {
  /** The room is joined, muted: admission words begin, or `words` in their place. */
  begin(now: number, words?: readonly Phrase[]): readonly MeetingOutput[];
  handle(now: number, input: MeetingInput): readonly MeetingOutput[];
  /** Out of the room for now; `begin` comes again where the caller is let in again. Mutes stay. */
  leave(now: number): readonly CallOutput[];
  nextTimeoutAt(): number | undefined;
  /** Everybody in the room, this caller too, as far as is known. */
  people(): number;
}

export const talkingMutedEveryMs = 60_000;

export function createMeetingMachine(deps: {
  readonly speaker: Speaker;
  readonly admissionWords: 'full' | 'tone';
  readonly aloneAfterMs: number;
  /** This node's other callers in the meeting, now. */
  readonly companions: () => number;
  readonly isHost: () => boolean;
  /** Whether star three of a guest asks for the host PIN. */
  readonly mayClaim: () => boolean;
  /** Asked for time between keys. */
  readonly isSlow: () => boolean;
  /** Those who share a phone with a caller of this node. */
  readonly extraPeople: () => number;
  readonly hostKeys: HostKeys;
  readonly rollCall: RollCall;
  /** Those in the meeting by telephone, now. */
  readonly phonesIn: () => readonly PhoneInMeeting[];
  readonly somebodyWaits: () => boolean;
  /** Other callers in the meeting whose pictures are missing, now. */
  readonly roomsWithoutPicture: () => readonly PhoneInMeeting[];
  readonly keyTable: CommandKeyTable | undefined;
  /** What is true of the caller's line. */
  readonly line?: () => PhraseKey;
  readonly hasServiceDesk?: boolean;
  /** Whether pictures were agreed on. */
  readonly hasPicture?: () => boolean;
  /** The meeting's, now; undefined before there is one. */
  readonly options: () => MeetingOptions | undefined;
}): MeetingMachine {
  const { speaker } = deps;
  const timers = createNamedTimers<'room-lost'>();
  let microphoneOpen = false;
  let cutShort = false;
  const mute = createMuteState();
  const hand = createHand();
  /** Names go to hosts, and to others where the booking allows it. */
  const hearsNames = (): boolean => deps.isHost() || deps.options()?.namesToEverybody === true;
  let toldTalkingAt = -Infinity;
  const say = (now: number, ...phrases: readonly Phrase[]): readonly MeetingOutput[] =>
    speaker.say(now, phrases);
  const company = createRoomCompany({
    ...deps,
    entrySignal: () => deps.options()?.entrySignal ?? 'none',
    nameOf: (who) => (hearsNames() ? deps.rollCall.nameOf(who) : undefined),
  });
  const news = createHostNews({
    ...deps,
    nameOf: (who) =>
      deps.options()?.entrySignal === 'names' ? deps.rollCall.nameOf(who) : undefined,
  });
  const people = (): number => company.participants() + deps.extraPeople();

  const openMicrophone = (now: number): readonly MeetingOutput[] => {
    microphoneOpen = true;
    company.heard(now);
    if (deps.isHost()) {
      news.knock(now);
      news.look(now);
    }
    if (mute.muted) return say(now, phrase(mute.words()));
    return [
      { do: 'set-muted', muted: false },
      { do: 'note', event: 'microphone-open' },
    ];
  };

  /** Before the admission words are over nobody is heard anyway, and they are not talked over. */
  const tellMute = (now: number): readonly MeetingOutput[] =>
    microphoneOpen
      ? [{ do: 'set-muted', muted: mute.muted }, ...say(now, phrase(mute.words()))]
      : [];

  const muteByHost = (now: number, muted: boolean): readonly MeetingOutput[] => {
    if (!mute.setByHost(muted)) return [];
    return [
      { do: 'note', event: muted ? 'muted' : 'unmuted', fields: { by: 'host' } },
      ...(muted ? [] : hand.lower(now, 'host')),
      ...tellMute(now),
    ];
  };

  const muteByKey = (now: number): readonly MeetingOutput[] => {
    const done = mute.toggle();
    if (done === 'refused') return microphoneOpen ? say(now, phrase(mute.words())) : [];
    return [
      { do: 'note', event: done, fields: { by: 'caller' } },
      ...(done === 'unmuted' ? hand.lower(now, 'caller') : []),
      ...tellMute(now),
    ];
  };

  const talksMuted = (now: number): readonly MeetingOutput[] => {
    const told = now - toldTalkingAt < talkingMutedEveryMs;
    if (told || !mute.muted || !microphoneOpen || speaker.speaking) return [];
    toldTalkingAt = now;
    return say(now, phrase(mute.byHost ? 'muted-by-host' : 'talking-muted'));
  };

  const told = ({ key, at }: Extract<MeetingInput, { type: 'tell' }>): Phrase =>
    at === undefined ? phrase(key) : { key, at };

  const keys = createMeetingKeys({
    speaker,
    table: deps.keyTable,
    isHost: deps.isHost,
    mayClaim: deps.mayClaim,
    isSlow: deps.isSlow,
    hearsRollCall: hearsNames,
    rollCall: () => deps.rollCall.of(deps.phonesIn(), people(), 'guest'),
    hostKeys: deps.hostKeys,
    hand,
    muteByKey,
    people,
    quiet: () => company.quiet(),
    line: deps.line ?? (() => 'line-plain'),
    hasDesk: () => deps.hasServiceDesk === true,
    hasPicture: () => deps.hasPicture?.() === true,
    keysToRoom: () => deps.options()?.keysToRoom === true,
  });

  // A key cuts the admission words short; the tone before the open microphone stays. Who presses
  // star six this early means: do not let them hear me.
  const beforeMicrophone = (now: number, digit: Digit): readonly MeetingOutput[] => {
    const { bargeIn, outputs } = keys.pressEarly(now, digit);
    if (cutShort || !bargeIn) return outputs;
    cutShort = true;
    return [...outputs, ...speaker.say(now, [], true)];
  };

  const due = (now: number): readonly MeetingOutput[] => {
    const outputs: MeetingOutput[] = [...keys.timeout(now)];
    outputs.push(...company.timeout(now, speaker.speaking || keys.busy));
    outputs.push(...news.timeout(now, speaker.speaking || keys.busy));
    if (timers.takeDue(now) === undefined) return outputs;
    timers.set('room-lost', now + waitWordsThenMs);
    return [...outputs, ...say(now, phrase('room-lost'))];
  };

  const said = (now: number): readonly MeetingOutput[] => {
    keys.said(now);
    return microphoneOpen ? company.quiet() : openMicrophone(now);
  };

  return {
    people,
    begin(now, words = deps.admissionWords === 'full' ? [phrase('admitted')] : []) {
      return speaker.say(now, words, true);
    },
    leave(now) {
      microphoneOpen = false;
      cutShort = false;
      timers.clearAll();
      news.leave();
      keys.reset();
      company.leave();
      return hand.lower(now, 'host');
    },
    handle(now, input) {
      switch (input.type) {
        case 'digit':
          return microphoneOpen ? keys.press(now, input.digit) : beforeMicrophone(now, input.digit);
        case 'said':
          return said(now);
        case 'room-lost':
          timers.set('room-lost', now + waitWordsFirstMs);
          return microphoneOpen ? say(now, phrase('room-lost')) : [];
        case 'room-recovered':
          timers.clear('room-lost');
          return [...hand.again(), ...(microphoneOpen ? say(now, phrase('room-back')) : [])];
        case 'audience':
          return company.audience(now, input.others);
        case 'company-changed':
          return company.changed(now);
        case 'mute':
          return muteByHost(now, input.muted);
        case 'talking-muted':
          return talksMuted(now);
        case 'knock':
          if (microphoneOpen) news.knock(now);
          return [];
        case 'picture-missing':
          if (microphoneOpen) news.look(now);
          return [];
        case 'tell':
          return microphoneOpen ? say(now, told(input)) : [];
        case 'timeout':
          return due(now);
      }
    },
    nextTimeoutAt() {
      return earliestOf(
        timers.next(),
        keys.nextTimeoutAt(),
        company.nextTimeoutAt(),
        news.nextTimeoutAt(),
      );
    },
  };
}
