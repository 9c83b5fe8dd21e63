/**
 * One of the two in a private word: a side room, words, microphone, keys.
 *
 *   joined ──words and tone over──▶ heard ──*3 or *4 of the host, *4 1 of the caller──▶ over
 *               └──a key: the tone alone ──┘      └──*6 muted, unmuted
 */
import { earliestOf } from './named-timers.ts';
import { phrase } from '../ivr/phrase.ts';
import type { CallOutput } from './call-messages.ts';
import { createCommandKeys, type CommandKeyTable, type KeyResult } from './command-keys.ts';
import { createMuteState } from './mute-state.ts';
import type { Digit } from './ports/sip-engine.ts';
import { createSecondThoughts } from './second-thoughts.ts';
import type { Speaker } from './speaker.ts';

/** `back`: the private word is over; `leave`: the caller leaves the call. */
export type AsideOutput = CallOutput | { readonly do: 'back' } | { readonly do: 'leave' };
type Outputs = readonly AsideOutput[];

export interface AsideMachine {
  begin(now: number): Outputs;
  digit(now: number, digit: Digit): Outputs;
  said(now: number): Outputs;
  timeout(now: number): Outputs;
  nextTimeoutAt(): number | undefined;
}

export function createAsideMachine(deps: {
  readonly speaker: Speaker;
  readonly keyTable: CommandKeyTable | undefined;
  /** Whether this is the host of the two. */
  readonly host: boolean;
}): AsideMachine {
  const { speaker, host } = deps;
  const keys = createCommandKeys(() => host, deps.keyTable);
  const thoughts = createSecondThoughts<AsideOutput>();
  const mute = createMuteState();
  const words = phrase(host ? 'aside-host' : 'aside-caller');
  let microphoneOpen = false;

  const toggleMute = (now: number): Outputs => {
    mute.toggle();
    if (!microphoneOpen) return [];
    return [{ do: 'set-muted', muted: mute.muted }, ...speaker.say(now, [phrase(mute.words())])];
  };

  const pressed = (now: number, result: KeyResult): Outputs => {
    if (result.kind === 'none') return result.bargeIn ? speaker.hush() : [];
    if (result.kind === 'choice' && result.choice === 'leave-now') {
      thoughts.weigh(now, { do: 'leave' });
      return speaker.say(now, [phrase('leaving'), phrase('any-key-undoes')]);
    }
    if (result.kind !== 'command') return speaker.say(now, [phrase('unknown-command')]);
    switch (result.command) {
      case 'mute':
        return toggleMute(now);
      case 'leave':
        return host ? [{ do: 'back' }] : speaker.say(now, [phrase('leave-menu')]);
      case 'waiting':
        return host ? [{ do: 'back' }] : speaker.say(now, [words]);
      default:
        return speaker.say(now, [words]);
    }
  };

  return {
    begin: (now) => speaker.say(now, [words], true),
    digit(now, digit) {
      if (thoughts.takeBack()) {
        if (digit === '*') keys.press(now, digit);
        return speaker.say(now, [phrase('taken-back')]);
      }
      const result = keys.press(now, digit);
      if (microphoneOpen || result.kind !== 'none') return pressed(now, result);
      // The words may be cut short, the tone before the open microphone may not.
      return result.bargeIn && speaker.speaking ? speaker.say(now, [], true) : [];
    },
    said(now) {
      keys.listen(now);
      thoughts.said(now);
      if (microphoneOpen) return [];
      microphoneOpen = true;
      if (mute.muted) return speaker.say(now, [phrase('muted')]);
      return [{ do: 'set-muted', muted: false }];
    },
    timeout(now) {
      keys.timeout(now);
      const due = thoughts.takeDue(now);
      return due === undefined ? [] : [due];
    },
    nextTimeoutAt() {
      return earliestOf(keys.nextTimeoutAt(), thoughts.nextTimeoutAt());
    },
  };
}
