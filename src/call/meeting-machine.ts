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
import { createCompanySignal } from './company-signal.ts';
import { createHand } from './hand.ts';
import type { PhoneInMeeting } from './host-act.ts';
import type { HostKeys } from './host-keys.ts';
import { createMeetingKeys, type MeetingOutput } from './meeting-keys.ts';
import { createMuteState } from './mute-state.ts';
import type { Digit } from './ports/sip-engine.ts';
import { createNamedTimers, earliestOf } from './named-timers.ts';
import type { RollCall } from './roll-call.ts';
import type { Speaker } from './speaker.ts';
import type { EntrySignal, MeetingOptions } from '../meeting/meeting-options.ts';

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

const nobodyKnown = -1;
export const talkingMutedEveryMs = 60_000;
const knockDelayMs = 1_000;
export const knockEveryMs = 15_000;

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
  readonly keyTable: CommandKeyTable | undefined;
  /** What is true of the caller's line. */
  readonly line?: () => PhraseKey;
  readonly hasServiceDesk?: boolean;
  /** The meeting's, now; undefined before there is one. */
  readonly options: () => MeetingOptions | undefined;
}): MeetingMachine {
  const { speaker } = deps;
  const timers = createNamedTimers<'alone' | 'room-lost' | 'knock'>();
  let microphoneOpen = false;
  let cutShort = false;
  const mute = createMuteState();
  const hand = createHand();
  const entrySignal = (): EntrySignal => deps.options()?.entrySignal ?? 'none';
  const signal = createCompanySignal(entrySignal, deps.phonesIn);
  /** Names go to hosts, and to others where the booking allows it. */
  const hearsNames = (): boolean => deps.isHost() || deps.options()?.namesToEverybody === true;
  let toldTalkingAt = -Infinity;
  let knockedAt = -Infinity;
  let toldAlone = false;
  /** Alone for so long that music plays. */
  let lonely = false;
  /** In the room and not this gateway's, as the room link last said. */
  let others = nobodyKnown;

  const say = (now: number, ...phrases: readonly Phrase[]): readonly MeetingOutput[] =>
    speaker.say(now, phrases);
  /** What sounds where nothing is said: music for one who is alone, otherwise the room. */
  const quiet = (): readonly MeetingOutput[] =>
    lonely && !speaker.speaking ? speaker.music() : [];
  const participants = (): number => Math.max(others, 0) + deps.companions() + 1;
  const people = (): number => participants() + deps.extraPeople();

  /** After a breath, and not more often than it can be borne. */
  const announceKnock = (now: number): void => {
    if (timers.at('knock') === undefined)
      timers.set('knock', Math.max(now + knockDelayMs, knockedAt + knockEveryMs));
  };

  const tellKnock = (now: number): readonly MeetingOutput[] => {
    if (!deps.somebodyWaits()) return [];
    // Not into a menu that waits for its key.
    if (speaker.speaking || keys.busy) {
      timers.set('knock', now + knockDelayMs);
      return [];
    }
    knockedAt = now;
    return say(now, phrase('phone-waiting'));
  };

  const openMicrophone = (now: number): readonly MeetingOutput[] => {
    microphoneOpen = true;
    if (others !== nobodyKnown) signal.count(now, participants());
    if (deps.isHost()) announceKnock(now);
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
    quiet,
    line: deps.line ?? (() => 'line-plain'),
    hasDesk: () => deps.hasServiceDesk === true,
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

  const watchCompany = (now: number): readonly MeetingOutput[] => {
    if (microphoneOpen && others !== nobodyKnown) signal.count(now, participants());
    if (others === 0 && deps.companions() === 0) {
      if (!lonely && timers.at('alone') === undefined) timers.set('alone', now + deps.aloneAfterMs);
      return [];
    }
    timers.clear('alone');
    if (!lonely) return [];
    lonely = false;
    return speaker.stopMusic();
  };

  const tellCompany = (now: number): readonly MeetingOutput[] => {
    const news = signal.takeDue(now, speaker.speaking || keys.busy);
    if (news === undefined) return [];
    const { change, who } = news;
    if (entrySignal() === 'tone') return speaker.signal(now, change);
    const name =
      who !== undefined && entrySignal() === 'names' && hearsNames()
        ? deps.rollCall.nameOf(who)
        : undefined;
    if (name === undefined)
      return say(now, phrase(change === 'came' ? 'somebody-came' : 'somebody-left'));
    return say(now, { key: change === 'came' ? 'name-came' : 'name-left', name });
  };

  const due = (now: number): readonly MeetingOutput[] => {
    const outputs: MeetingOutput[] = [...keys.timeout(now), ...tellCompany(now)];
    for (let name = timers.takeDue(now); name !== undefined; name = timers.takeDue(now)) {
      if (name === 'alone') {
        lonely = true;
        // Told once; after that, and when it comes again, there is music.
        outputs.push(...(toldAlone ? quiet() : say(now, phrase('alone'))));
        toldAlone = true;
      } else if (name === 'knock') {
        outputs.push(...tellKnock(now));
      } else {
        timers.set('room-lost', now + waitWordsThenMs);
        outputs.push(...say(now, phrase('room-lost')));
      }
    }
    return outputs;
  };

  const said = (now: number): readonly MeetingOutput[] => {
    keys.said(now);
    return microphoneOpen ? quiet() : openMicrophone(now);
  };

  return {
    people,
    begin(now, words = deps.admissionWords === 'full' ? [phrase('admitted')] : []) {
      return speaker.say(now, words, true);
    },
    leave(now) {
      microphoneOpen = false;
      cutShort = false;
      lonely = false;
      others = nobodyKnown;
      timers.clearAll();
      keys.reset();
      signal.reset();
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
          others = input.others;
          return watchCompany(now);
        case 'company-changed':
          return watchCompany(now);
        case 'mute':
          return muteByHost(now, input.muted);
        case 'talking-muted':
          return talksMuted(now);
        case 'knock':
          if (microphoneOpen) announceKnock(now);
          return [];
        case 'tell':
          return microphoneOpen ? say(now, told(input)) : [];
        case 'timeout':
          return due(now);
      }
    },
    nextTimeoutAt() {
      return earliestOf(timers.next(), keys.nextTimeoutAt(), signal.nextTimeoutAt());
    },
  };
}
