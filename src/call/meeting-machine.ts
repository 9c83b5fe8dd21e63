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
import { phrase, type Phrase } from '../ivr/phrase.ts';
import { waitWordsFirstMs, waitWordsThenMs, type CallOutput } from './call-messages.ts';
import {
  createCommandKeys,
  type CommandName,
  type KeyResult,
  type MenuChoice,
} from './command-keys.ts';
import type { Digit } from './ports.ts';
import { createNamedTimers } from './named-timers.ts';
import type { Speaker } from './speaker.ts';

export type MeetingInput =
  | { readonly type: 'digit'; readonly digit: Digit }
  | { readonly type: 'said' }
  | { readonly type: 'room-lost' }
  | { readonly type: 'room-recovered' }
  | { readonly type: 'audience'; readonly others: number }
  | { readonly type: 'company-changed' }
  | { readonly type: 'mute'; readonly muted: boolean; readonly by: 'host' | 'caller' }
  | { readonly type: 'timeout' };

export type MeetingOutput = CallOutput | { readonly do: 'leave' };

export interface MeetingMachine {
  /** The room is joined, muted: admission words begin. */
  begin(now: number): readonly MeetingOutput[];
  handle(now: number, input: MeetingInput): readonly MeetingOutput[];
  nextTimeoutAt(): number | undefined;
}

const volumeStepDb = 3;
const volumeLimitDb = 12;
const nobodyKnown = -1;

export function createMeetingMachine(deps: {
  readonly speaker: Speaker;
  readonly admissionWords: 'full' | 'tone';
  readonly aloneAfterMs: number;
  /** This node's other callers in the meeting, now. */
  readonly companions: () => number;
}): MeetingMachine {
  const { speaker } = deps;
  const keys = createCommandKeys();
  const timers = createNamedTimers<'alone' | 'room-lost'>();
  let microphoneOpen = false;
  let cutShort = false;
  let muted = false;
  let volumeDb = 0;
  let toldAlone = false;
  /** In the room and not this gateway's, as the room link last said. */
  let others = nobodyKnown;

  const say = (now: number, ...phrases: readonly Phrase[]): readonly MeetingOutput[] =>
    speaker.say(now, phrases);
  const people = (): number => Math.max(others, 0) + deps.companions() + 1;

  const openMicrophone = (now: number): readonly MeetingOutput[] => {
    microphoneOpen = true;
    if (muted) return say(now, phrase('muted'));
    return [
      { do: 'set-muted', muted: false },
      { do: 'note', event: 'microphone-open' },
    ];
  };

  const setMuted = (
    now: number,
    next: boolean,
    by: 'host' | 'caller',
  ): readonly MeetingOutput[] => {
    if (next === muted) return by === 'caller' ? say(now, phrase(next ? 'muted' : 'unmuted')) : [];
    muted = next;
    const told = next ? (by === 'host' ? 'muted-by-host' : 'muted') : 'unmuted';
    return [
      { do: 'note', event: next ? 'muted' : 'unmuted', fields: { by } },
      // Before the admission words are over nobody is heard anyway, and they are not talked over.
      ...(microphoneOpen
        ? ([{ do: 'set-muted', muted: next }, ...say(now, phrase(told))] as const)
        : []),
    ];
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
    switch (name) {
      case 'mute':
        return setMuted(now, !muted, 'caller');
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
      case 'hand':
      case 'waiting':
      case 'mute-all':
      case 'lock':
      case 'picture':
        return say(now, phrase('unknown-command'));
    }
  };

  const choice = (now: number, chosen: MenuChoice): readonly MeetingOutput[] => {
    switch (chosen) {
      case 'leave-now':
        return [{ do: 'leave' }];
      case 'louder':
        return setVolume(now, volumeStepDb);
      case 'softer':
        return setVolume(now, -volumeStepDb);
      case 'service-desk':
      case 'end-for-all':
        return say(now, phrase('unknown-command'));
    }
  };

  const pressed = (now: number, result: KeyResult): readonly MeetingOutput[] => {
    switch (result.kind) {
      case 'none':
        return result.bargeIn ? speaker.hush() : [];
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
    const mute = result.kind === 'command' && result.command === 'mute';
    const outputs = mute ? setMuted(now, !muted, 'caller') : [];
    if (cutShort || (result.kind === 'none' && !result.bargeIn)) return outputs;
    cutShort = true;
    return [...outputs, ...speaker.say(now, [], true)];
  };

  const watchLoneliness = (now: number): readonly MeetingOutput[] => {
    if (toldAlone || others !== 0 || deps.companions() > 0) timers.clear('alone');
    else if (timers.at('alone') === undefined) timers.set('alone', now + deps.aloneAfterMs);
    return [];
  };

  const due = (now: number): readonly MeetingOutput[] => {
    keys.timeout(now);
    const outputs: MeetingOutput[] = [];
    for (let name = timers.takeDue(now); name !== undefined; name = timers.takeDue(now)) {
      if (name === 'alone') {
        toldAlone = true;
        outputs.push(...say(now, phrase('alone')));
      } else {
        timers.set('room-lost', now + waitWordsThenMs);
        outputs.push(...say(now, phrase('room-lost')));
      }
    }
    return outputs;
  };

  const said = (now: number): readonly MeetingOutput[] => {
    keys.listen(now);
    return microphoneOpen ? [] : openMicrophone(now);
  };

  return {
    begin(now) {
      const words = deps.admissionWords === 'full' ? [phrase('admitted')] : [];
      return speaker.say(now, words, true);
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
          return microphoneOpen ? say(now, phrase('room-back')) : [];
        case 'audience':
          others = input.others;
          return watchLoneliness(now);
        case 'company-changed':
          return watchLoneliness(now);
        case 'mute':
          return setMuted(now, input.muted, input.by);
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
