/**
 * A caller who waits: for the start, the host, or to be let in.
 *
 *   waiting ──`begin` for something else──▶ waiting
 *      │  words at once, at one minute, then every two; quiet music between them
 *      ├──the meeting begins──▶ `look-again`
 *      ├──the longest wait is over──▶ `waited-out`
 *      └──*4 1, and no key that takes it back──▶ `leave`
 *
 * There is no room and no path for sound here: the leg has not joined anything.
 */
import { languages } from '../ivr/language.ts';
import type { PhraseKey } from '../ivr/manuscript.ts';
import { phrase, type Phrase } from '../ivr/phrase.ts';
import { waitWordsFirstMs, waitWordsThenMs, type CallOutput } from './call-messages.ts';
import { createCommandKeys, type CommandKeyTable, type KeyResult } from './command-keys.ts';
import { createNamedTimers, earliestOf } from './named-timers.ts';
import type { Digit } from './ports/sip-engine.ts';
import { createSecondThoughts } from './second-thoughts.ts';
import type { Speaker } from './speaker.ts';

export type WaitingFor = 'start' | 'host' | 'lobby' | 'locked';

export type WaitingInput =
  | { readonly type: 'digit'; readonly digit: Digit }
  | { readonly type: 'said' }
  | { readonly type: 'timeout' };

export type WaitingOutput =
  | CallOutput
  | { readonly do: 'look-again' }
  | { readonly do: 'waited-out'; readonly reason: WaitingFor }
  /** The caller says to be a host. */
  | { readonly do: 'claim-host' }
  /** Asks for help by a person. */
  | { readonly do: 'service-desk' }
  | { readonly do: 'leave' };

export interface WaitingMachine {
  /** What is waited for now. */
  readonly reason: WaitingFor | undefined;
  /** `startsAt` for 'start'. Waiting on for the same says nothing new. */
  begin(now: number, reason: WaitingFor, startsAt?: number): readonly WaitingOutput[];
  handle(now: number, input: WaitingInput): readonly WaitingOutput[];
  nextTimeoutAt(): number | undefined;
  stop(): void;
}

function wordsFor(reason: WaitingFor, startsAt: number | undefined): Phrase {
  switch (reason) {
    case 'start':
      return startsAt === undefined
        ? phrase('still-waiting')
        : { key: 'too-early-wait', at: startsAt };
    case 'host':
      return phrase('host-wait');
    case 'lobby':
    case 'locked':
      return phrase(reason);
  }
}

export interface WaitingDeps {
  readonly speaker: Speaker;
  /** The longest wait for this. */
  readonly limitMs: (reason: WaitingFor) => number;
  /** What is true of the caller's line. */
  readonly line?: () => PhraseKey;
  readonly hasServiceDesk?: boolean;
  readonly table?: CommandKeyTable | undefined;
  /** Whether star three asks for the host PIN. */
  readonly mayClaim?: () => boolean;
  readonly isSlow?: () => boolean;
}

/** What the lobby and the lock have in common: somebody has to let the caller in. */
const limitKindOf = (reason: WaitingFor | undefined): WaitingFor | undefined =>
  reason === 'locked' ? 'lobby' : reason;

export function createWaitingMachine(deps: WaitingDeps): WaitingMachine {
  const { speaker, mayClaim, isSlow } = deps;
  const timers = createNamedTimers<'words' | 'limit' | 'start'>();
  const newKeys = () => createCommandKeys(() => false, deps.table, { mayClaim, isSlow });
  const thoughts = createSecondThoughts<WaitingOutput>();
  let keys = newKeys();
  let current: { readonly reason: WaitingFor; readonly words: Phrase } | undefined;

  const sayWords = (now: number): readonly WaitingOutput[] =>
    current === undefined ? [] : speaker.say(now, [current.words]);

  const pressed = (now: number, result: KeyResult): readonly WaitingOutput[] => {
    // What was being said gives way to the music: a wait is never silent.
    if (result.kind === 'none')
      return result.bargeIn && speaker.hush().length > 0 ? speaker.music() : [];
    if (result.kind === 'choice' && result.choice === 'leave-now') {
      thoughts.weigh(now, { do: 'leave' });
      return speaker.say(now, [phrase('leaving'), phrase('any-key-undoes')]);
    }
    if (result.kind === 'choice' && result.choice === 'service-desk')
      return [{ do: 'service-desk' }];
    if (result.kind !== 'command') return sayWords(now);
    switch (result.command) {
      case 'leave':
        return speaker.say(now, [phrase('leave-menu')]);
      case 'help':
        return speaker.say(now, [
          phrase(deps.line?.() ?? 'line-plain'),
          phrase('help'),
          ...(deps.hasServiceDesk === true ? [phrase('desk-offer')] : []),
        ]);
      case 'waiting':
        return [{ do: 'claim-host' }];
      case 'language': {
        const next = languages[(languages.indexOf(speaker.language) + 1) % languages.length];
        if (next !== undefined) speaker.language = next;
        return speaker.say(now, [
          phrase('language-name'),
          ...(current === undefined ? [] : [current.words]),
        ]);
      }
      default:
        // Nothing is told of the meeting before admission, not even how many are there.
        return sayWords(now);
    }
  };

  const due = (now: number): readonly WaitingOutput[] => {
    keys.timeout(now);
    const leaves = thoughts.takeDue(now);
    if (leaves !== undefined) return [leaves];
    const name = timers.takeDue(now);
    switch (name) {
      case 'words':
        timers.set('words', now + waitWordsThenMs);
        // Never over the words that a key asked for.
        return speaker.speaking ? [] : sayWords(now);
      case 'start':
        return [{ do: 'look-again' }];
      case 'limit':
        return current === undefined ? [] : [{ do: 'waited-out', reason: current.reason }];
      case undefined:
        return [];
    }
  };

  return {
    get reason() {
      return current?.reason;
    },
    begin(now, reason, startsAt) {
      if (current?.reason === reason && startsAt === current.words.at) return [];
      if (current === undefined) keys = newKeys();
      const isOther = limitKindOf(current?.reason) !== limitKindOf(reason);
      current = { reason, words: wordsFor(reason, startsAt) };
      timers.set('words', now + waitWordsFirstMs);
      // From the start time on somebody can come; before it, the wait is bounded by the clock.
      const from = startsAt ?? now;
      if (isOther || startsAt !== undefined) timers.set('limit', from + deps.limitMs(reason));
      if (startsAt === undefined) timers.clear('start');
      else timers.set('start', startsAt);
      return [{ do: 'note', event: 'waiting', fields: { for: reason } }, ...sayWords(now)];
    },
    handle(now, input) {
      switch (input.type) {
        case 'digit':
          if (!thoughts.takeBack()) return pressed(now, keys.press(now, input.digit));
          if (input.digit === '*') keys.press(now, input.digit);
          return speaker.say(now, [phrase('taken-back')]);
        case 'said':
          keys.listen(now);
          thoughts.said(now);
          return current === undefined ? [] : speaker.music();
        case 'timeout':
          return due(now);
      }
    },
    nextTimeoutAt() {
      return earliestOf(timers.next(), keys.nextTimeoutAt(), thoughts.nextTimeoutAt());
    },
    stop() {
      timers.clearAll();
      thoughts.takeBack();
      current = undefined;
    },
  };
}
