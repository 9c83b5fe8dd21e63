/**
 * The keys of a caller in the meeting: from a digit to what it does and what is said.
 *
 *   digit ──▶ command-keys.ts ──▶ done at once, or weighed ──no key──▶ done
 *                                             └──any key──▶ taken back
 */
import { earliestOf } from './named-timers.ts';
import { languages } from '../ivr/language.ts';
import type { PhraseKey } from '../ivr/manuscript.ts';
import { phrase, type Phrase } from '../ivr/phrase.ts';
import type { CallOutput } from './call-messages.ts';
import {
  createCommandKeys,
  type CommandKeyTable,
  type CommandName,
  type KeyResult,
  type MenuChoice,
} from './command-keys.ts';
import type { Hand } from './hand.ts';
import type { HostKeys, KeyOutput } from './host-keys.ts';
import type { Digit, ShownFirst } from './ports/sip-engine.ts';
import { createSecondThoughts } from './second-thoughts.ts';
import type { Speaker } from './speaker.ts';

/** `leave`: the caller leaves the meeting. `claim-host`: says to be a host. */
export type MeetingOutput =
  | CallOutput
  | { readonly do: 'leave' }
  | { readonly do: 'claim-host' }
  /** Asks for help by a person. */
  | { readonly do: 'service-desk' };
type Outputs = readonly MeetingOutput[];

export interface MeetingKeys {
  press(now: number, digit: Digit): Outputs;
  /** Before the microphone is open, the mute alone is listened to; `bargeIn`: the words stop. */
  pressEarly(now: number, digit: Digit): { readonly bargeIn: boolean; readonly outputs: Outputs };
  /** The words are over: a menu stays open from now. */
  said(now: number): void;
  /** Whether a menu is open, a command begun or a choice weighed. */
  readonly busy: boolean;
  timeout(now: number): Outputs;
  nextTimeoutAt(): number | undefined;
  /** Out of the meeting. */
  reset(): void;
}

export interface MeetingKeysDeps {
  readonly speaker: Speaker;
  readonly table: CommandKeyTable | undefined;
  readonly isHost: () => boolean;
  /** Whether star three of a guest asks for the host PIN. */
  readonly mayClaim: () => boolean;
  readonly isSlow: () => boolean;
  /** Whether the roll call is for everybody in this meeting. */
  readonly hearsRollCall: () => boolean;
  /** Who is here by telephone, in words for one who is no host. */
  readonly rollCall: () => readonly Phrase[];
  readonly hostKeys: HostKeys;
  readonly hand: Hand;
  readonly muteByKey: (now: number) => Outputs;
  readonly people: () => number;
  /** What is true of the caller's line. */
  readonly line: () => PhraseKey;
  /** Whether there is somebody to talk to. */
  readonly hasDesk: () => boolean;
  /** What sounds when words were cut off. */
  readonly quiet: () => Outputs;
  /** Whether pictures were agreed on. */
  readonly hasPicture: () => boolean;
  /** Whether keys that are no command go into the room. */
  readonly keysToRoom: () => boolean;
}

const volumeStepDb = 3;
const volumeLimitDb = 12;

export function createMeetingKeys(deps: MeetingKeysDeps): MeetingKeys {
  const { speaker, hand } = deps;
  const keys = createCommandKeys(deps.isHost, deps.table, deps);
  const thoughts = createSecondThoughts<MeetingOutput>();
  let volumeDb = 0;
  let shownFirst: ShownFirst = 'screen';

  const say = (now: number, ...phrases: readonly Phrase[]): Outputs => speaker.say(now, phrases);

  const weighed = (now: number, outputs: readonly KeyOutput[]): Outputs =>
    outputs.flatMap((output): Outputs => {
      if (output.do !== 'unless-undone') return [output];
      thoughts.weigh(now, output.then);
      return [];
    });

  const nextLanguage = (now: number): Outputs => {
    const next = languages[(languages.indexOf(speaker.language) + 1) % languages.length];
    if (next !== undefined) speaker.language = next;
    return [
      { do: 'note', event: 'language-chosen', fields: { language: speaker.language } },
      ...say(now, phrase('language-name')),
    ];
  };

  const setVolume = (now: number, stepDb: number): Outputs => {
    volumeDb = Math.min(volumeLimitDb, Math.max(-volumeLimitDb, volumeDb + stepDb));
    return [{ do: 'set-volume', volumeDb }, ...say(now, phrase(stepDb > 0 ? 'louder' : 'softer'))];
  };

  const nextPicture = (now: number): Outputs => {
    if (!deps.hasPicture()) return say(now, phrase('no-picture'));
    shownFirst = shownFirst === 'screen' ? 'speaker' : 'screen';
    const words = shownFirst === 'screen' ? 'shows-screen' : 'shows-speaker';
    return [{ do: 'show-first', what: shownFirst }, ...say(now, phrase(words))];
  };

  const command = (now: number, name: CommandName): Outputs => {
    const hosts = deps.isHost() ? deps.hostKeys.command(now, name) : undefined;
    if (hosts !== undefined) return weighed(now, hosts);
    switch (name) {
      case 'mute':
        return deps.muteByKey(now);
      case 'hand':
        return [
          ...hand.toggle(now),
          ...say(now, phrase(hand.raised ? 'hand-raised' : 'hand-lowered')),
        ];
      case 'count':
        return say(
          now,
          { key: 'people-here', n: deps.people() },
          ...(deps.hearsRollCall() ? [phrase('roll-call-menu')] : []),
        );
      case 'help':
        return say(
          now,
          phrase(deps.line()),
          phrase('commands-help'),
          ...(deps.hasDesk() ? [phrase('desk-offer')] : []),
        );
      case 'language':
        return nextLanguage(now);
      case 'leave':
        return say(now, phrase('leave-menu'));
      case 'again':
        return speaker.sayAgain(now);
      case 'picture':
        return nextPicture(now);
      case 'waiting':
        return [{ do: 'claim-host' }];
      case 'mute-all':
      case 'lock':
        return say(now, phrase('unknown-command'));
    }
  };

  const choice = (now: number, chosen: MenuChoice): Outputs => {
    const hosts = deps.isHost() ? deps.hostKeys.choice(now, chosen) : undefined;
    if (hosts !== undefined) return weighed(now, hosts);
    switch (chosen) {
      case 'leave-now':
        thoughts.weigh(now, { do: 'leave' });
        return say(now, phrase('leaving'), phrase('any-key-undoes'));
      case 'louder':
        return setVolume(now, volumeStepDb);
      case 'softer':
        return setVolume(now, -volumeStepDb);
      case 'service-desk':
        return [{ do: 'service-desk' }];
      case 'roll-call':
        return say(now, ...deps.rollCall());
      default:
        return say(now, phrase('unknown-command'));
    }
  };

  const pressed = (now: number, result: KeyResult, digit: Digit): Outputs => {
    switch (result.kind) {
      case 'none': {
        const hushed = result.bargeIn ? [...speaker.hush(), ...deps.quiet()] : [];
        const toRoom = result.plain && deps.keysToRoom();
        return toRoom ? [...hushed, { do: 'send-key', digit }] : hushed;
      }
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

  return {
    press(now, digit) {
      if (!thoughts.takeBack()) return pressed(now, keys.press(now, digit), digit);
      // A star goes on to begin a command; any other key has done its work.
      if (digit === '*') keys.press(now, digit);
      return [
        { do: 'note', event: 'command', fields: { command: 'taken-back' } },
        ...say(now, phrase('taken-back')),
      ];
    },
    pressEarly(now, digit) {
      const result = keys.press(now, digit);
      const mutes = result.kind === 'command' && result.command === 'mute';
      return {
        bargeIn: result.kind !== 'none' || result.bargeIn,
        outputs: mutes ? deps.muteByKey(now) : [],
      };
    },
    said(now) {
      keys.listen(now);
      thoughts.said(now);
    },
    get busy() {
      return keys.nextTimeoutAt() !== undefined || thoughts.nextTimeoutAt() !== undefined;
    },
    timeout(now) {
      keys.timeout(now);
      const due = thoughts.takeDue(now);
      return due === undefined ? [] : [due];
    },
    nextTimeoutAt() {
      return earliestOf(keys.nextTimeoutAt(), thoughts.nextTimeoutAt());
    },
    reset() {
      thoughts.takeBack();
    },
  };
}
