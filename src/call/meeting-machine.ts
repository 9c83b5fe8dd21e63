/**
 * A caller in the meeting: admission words, microphone, keys, words about the room.
 *
 *   admitting ──words and tone over, or stopped by a key and a tone──▶ in (the caller is heard)
 *       in ──room-lost──▶ in, without room ──room-recovered──▶ in
 *
 * Nothing here ends the call but the caller's own `leave`: others who are muted, silent or absent
 * are at most told of.
 */
import { languages } from '../ivr/language.ts';
import type { PhraseKey } from '../ivr/manuscript.ts';
import { phrase, type Phrase } from '../ivr/phrase.ts';
import { waitWordsFirstMs, waitWordsThenMs, type CallOutput } from './call-messages.ts';
import {
  createCommandKeys,
  type CommandName,
  type KeyResult,
  type MenuChoice,
} from './command-keys.ts';
import { createHand } from './hand.ts';
import type { HostKeys } from './host-keys.ts';
import { createMuteState } from './mute-state.ts';
import type { Digit } from './ports/sip-engine.ts';
import { createNamedTimers } from './named-timers.ts';
import type { Speaker } from './speaker.ts';

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
  /** A word from outside the room. */
  | { readonly type: 'tell'; readonly key: PhraseKey }
  | { readonly type: 'timeout' };

export type MeetingOutput = CallOutput | { readonly do: 'leave' };

export interface MeetingMachine {
  /** The room is joined, muted: admission words begin. */
  begin(now: number): readonly MeetingOutput[];
  handle(now: number, input: MeetingInput): readonly MeetingOutput[];
  /** Out of the room for now; `begin` comes again where the caller is let in again. Mutes stay. */
  leave(now: number): readonly CallOutput[];
  nextTimeoutAt(): number | undefined;
}

const volumeStepDb = 3;
const volumeLimitDb = 12;
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
  readonly hostKeys: HostKeys;
  readonly somebodyWaits: () => boolean;
}): MeetingMachine {
  const { speaker } = deps;
  const keys = createCommandKeys(deps.isHost);
  const timers = createNamedTimers<'alone' | 'room-lost' | 'knock'>();
  let microphoneOpen = false;
  let cutShort = false;
  const mute = createMuteState();
  const hand = createHand();
  let toldTalkingAt = -Infinity;
  let knockedAt = -Infinity;
  let volumeDb = 0;
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
  const people = (): number => Math.max(others, 0) + deps.companions() + 1;

  /** After a breath, and not more often than it can be borne. */
  const announceKnock = (now: number): void => {
    if (timers.at('knock') === undefined)
      timers.set('knock', Math.max(now + knockDelayMs, knockedAt + knockEveryMs));
  };

  const tellKnock = (now: number): readonly MeetingOutput[] => {
    if (!deps.somebodyWaits()) return [];
    // Not into a menu that waits for its key.
    if (speaker.speaking || keys.nextTimeoutAt() !== undefined) {
      timers.set('knock', now + knockDelayMs);
      return [];
    }
    knockedAt = now;
    return say(now, phrase('phone-waiting'));
  };

  const openMicrophone = (now: number): readonly MeetingOutput[] => {
    microphoneOpen = true;
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

  const nextLanguage = (now: number): readonly MeetingOutput[] => {
    const next = languages[(languages.indexOf(speaker.language) + 1) % languages.length];
    if (next !== undefined) speaker.language = next;
    return [
      { do: 'note', event: 'language-chosen', fields: { language: speaker.language } },
      ...say(now, phrase('language-name')),
    ];
  };

  const setVolume = (now: number, stepDb: number): readonly MeetingOutput[] => {
    volumeDb = Math.min(volumeLimitDb, Math.max(-volumeLimitDb, volumeDb + stepDb));
    return [{ do: 'set-volume', volumeDb }, ...say(now, phrase(stepDb > 0 ? 'louder' : 'softer'))];
  };

  const command = (now: number, name: CommandName): readonly MeetingOutput[] => {
    const hosts = deps.isHost() ? deps.hostKeys.command(now, name) : undefined;
    if (hosts !== undefined) return hosts;
    switch (name) {
      case 'mute':
        return muteByKey(now);
      case 'hand':
        return [
          ...hand.toggle(now),
          ...say(now, phrase(hand.raised ? 'hand-raised' : 'hand-lowered')),
        ];
      case 'count':
        return say(now, { key: 'people-here', n: people() });
      case 'help':
        return say(now, phrase('commands-help'));
      case 'language':
        return nextLanguage(now);
      case 'leave':
        return say(now, phrase('leave-menu'));
      case 'again':
        return speaker.sayAgain(now);
      case 'waiting':
      case 'mute-all':
      case 'lock':
      case 'picture':
        return say(now, phrase('unknown-command'));
    }
  };

  const choice = (now: number, chosen: MenuChoice): readonly MeetingOutput[] => {
    const hosts = deps.isHost() ? deps.hostKeys.choice(now, chosen) : undefined;
    if (hosts !== undefined) return hosts;
    switch (chosen) {
      case 'leave-now':
        return [{ do: 'leave' }];
      case 'louder':
        return setVolume(now, volumeStepDb);
      case 'softer':
        return setVolume(now, -volumeStepDb);
      default:
        return say(now, phrase('unknown-command'));
    }
  };

  const pressed = (now: number, result: KeyResult): readonly MeetingOutput[] => {
    switch (result.kind) {
      case 'none':
        return result.bargeIn ? [...speaker.hush(), ...quiet()] : [];
      case 'unknown':
        return say(now, phrase('unknown-command'));
      case 'command':
        return [
          { do: 'note', event: 'command', fields: { command: result.command } },
          ...command(now, result.command),
        ];
      case 'choice':
        return [
          { do: 'note', event: 'command', fields: { command: result.choice } },
          ...choice(now, result.choice),
        ];
    }
  };

  // A key cuts the admission words short; the tone before the open microphone stays. Who presses
  // star six this early means: do not let them hear me.
  const beforeMicrophone = (now: number, result: KeyResult): readonly MeetingOutput[] => {
    const mutes = result.kind === 'command' && result.command === 'mute';
    const outputs = mutes ? muteByKey(now) : [];
    if (cutShort || (result.kind === 'none' && !result.bargeIn)) return outputs;
    cutShort = true;
    return [...outputs, ...speaker.say(now, [], true)];
  };

  const watchLoneliness = (now: number): readonly MeetingOutput[] => {
    if (others === 0 && deps.companions() === 0) {
      if (!lonely && timers.at('alone') === undefined) timers.set('alone', now + deps.aloneAfterMs);
      return [];
    }
    timers.clear('alone');
    if (!lonely) return [];
    lonely = false;
    return speaker.stopMusic();
  };

  const due = (now: number): readonly MeetingOutput[] => {
    keys.timeout(now);
    const outputs: MeetingOutput[] = [];
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
    keys.listen(now);
    return microphoneOpen ? quiet() : openMicrophone(now);
  };

  return {
    begin(now) {
      const words = deps.admissionWords === 'full' ? [phrase('admitted')] : [];
      return speaker.say(now, words, true);
    },
    leave(now) {
      microphoneOpen = false;
      cutShort = false;
      lonely = false;
      others = nobodyKnown;
      timers.clearAll();
      return hand.lower(now, 'host');
    },
    handle(now, input) {
      switch (input.type) {
        case 'digit':
          return microphoneOpen
            ? pressed(now, keys.press(now, input.digit))
            : beforeMicrophone(now, keys.press(now, input.digit));
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
          return watchLoneliness(now);
        case 'company-changed':
          return watchLoneliness(now);
        case 'mute':
          return muteByHost(now, input.muted);
        case 'talking-muted':
          return talksMuted(now);
        case 'knock':
          if (microphoneOpen) announceKnock(now);
          return [];
        case 'tell':
          return microphoneOpen ? say(now, phrase(input.key)) : [];
        case 'timeout':
          return due(now);
      }
    },
    nextTimeoutAt() {
      const times = [timers.next(), keys.nextTimeoutAt()].filter((at) => at !== undefined);
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}
