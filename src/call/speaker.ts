/**
 * What is being said to one caller: one utterance at a time, in the caller's language.
 * An utterance is over when the leg says so, when a key stops it, or when it has lasted longer than
 * any can: a lost `played` must not hold up a call.
 */
import type { Language } from '../ivr/language.ts';
import type { PhraseKey } from '../ivr/manuscript.ts';
import type { Phrase } from '../ivr/phrase.ts';
import type { CallOutput } from './call-messages.ts';
import type { CompanyChange } from './company-signal.ts';

export interface Speaker {
  language: Language;
  readonly speaking: boolean;
  /** The ACK came: the opening tone and pause belong before the first words. */
  confirmed(now: number): void;
  say(now: number, phrases: readonly Phrase[], tone?: boolean): readonly CallOutput[];
  /** What was said last, once more. */
  sayAgain(now: number): readonly CallOutput[];
  /** Two tones: somebody came (rising) or left (falling). */
  signal(now: number, change: CompanyChange): readonly CallOutput[];
  /** Stops; nothing where nothing is being said. */
  hush(): readonly CallOutput[];
  /** Waiting music until something is said. It is no speech: no key stops it. */
  music(): readonly CallOutput[];
  /** Ends the music; nothing where none plays. */
  stopMusic(): readonly CallOutput[];
  /** Whether this report ends the utterance that is being said. */
  played(utteranceId: number): boolean;
  /** Whether the utterance has outlasted its guard; it then counts as said. */
  outlasted(now: number): boolean;
  nextTimeoutAt(): number | undefined;
}

/** After this the opening is over: mobiles have their path open (docs/call-flow.md). */
export const openingMs = 800;

/** Who is told how to get help hears what help will ask for. */
const beforeSupportCode: ReadonlySet<PhraseKey> = new Set<PhraseKey>(['help', 'commands-help']);

/** @param supportCode digits; undefined: none is spoken */
export function createSpeaker(language: Language, guardMs: number, supportCode?: string): Speaker {
  const withSupportCode = (phrases: readonly Phrase[]): readonly Phrase[] =>
    supportCode === undefined
      ? phrases
      : phrases.flatMap((said) =>
          beforeSupportCode.has(said.key)
            ? [said, { key: 'support-code', digits: supportCode }]
            : [said],
        );
  let current: { readonly utteranceId: number; readonly until: number } | undefined;
  let lastId = 0;
  let musicOn = false;
  let lastPhrases: readonly Phrase[] = [];
  let confirmedAt: number | undefined;

  const play = (
    now: number,
    phrases: readonly Phrase[],
    sounds: { readonly tone: boolean; readonly signal?: CompanyChange },
  ): readonly CallOutput[] => {
    lastId += 1;
    musicOn = false;
    current = { utteranceId: lastId, until: now + guardMs };
    if (phrases.length > 0) lastPhrases = phrases;
    const elapsedMs = confirmedAt === undefined ? openingMs : now - confirmedAt;
    const openingElapsedMs = elapsedMs < openingMs ? elapsedMs : undefined;
    const output: CallOutput = {
      do: 'play',
      utteranceId: lastId,
      language: speaker.language,
      phrases,
      openingElapsedMs,
      ...sounds,
    };
    const named = phrases.map(({ key }) => key).join(' ');
    if (named === '') return [output];
    return [output, { do: 'note', event: 'asked', fields: { phrases: named } }];
  };

  const speaker: Speaker = {
    language,
    get speaking() {
      return current !== undefined;
    },
    confirmed(now) {
      confirmedAt = now;
    },
    say: (now, phrases, tone = false) => play(now, withSupportCode(phrases), { tone }),
    signal: (now, change) => play(now, [], { tone: false, signal: change }),
    sayAgain: (now) => (lastPhrases.length === 0 ? [] : play(now, lastPhrases, { tone: false })),
    hush() {
      if (current === undefined) return [];
      current = undefined;
      return [{ do: 'stop-playing' }];
    },
    music() {
      if (musicOn) return [];
      lastId += 1;
      musicOn = true;
      return [{ do: 'play-music', utteranceId: lastId }];
    },
    stopMusic() {
      if (!musicOn) return [];
      musicOn = false;
      return [{ do: 'stop-playing' }];
    },
    played(utteranceId) {
      if (current?.utteranceId !== utteranceId) return false;
      current = undefined;
      return true;
    },
    outlasted(now) {
      if (current === undefined || now < current.until) return false;
      current = undefined;
      return true;
    },
    nextTimeoutAt: () => current?.until,
  };
  return speaker;
}
