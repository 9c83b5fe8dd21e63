/**
 * From phrases to sounds. The first sounds of a call: a soft tone at 300 ms says that the line is
 * alive, words come from 0.8 s, when mobiles no longer clip them.
 */
import type { Sound, Utterance } from './ports/sip-engine.ts';
import type { CallOutput } from './call-messages.ts';
import type { CompanyChange } from './company-signal.ts';
import { clockTimeAt, digitSounds, phraseSounds } from '../ivr/phrase-files.ts';
import { openingMs } from './speaker.ts';

const toneAtMs = 260;
const openingTone = { kind: 'tone', hz: 440, ms: 160, levelDbm0: -26 } as const;
/** After this one the caller is heard. */
export const microphoneTone: Sound = { kind: 'tone', hz: 880, ms: 120, levelDbm0: -20 };
/** Somebody at the door, softly: two short low tones. */
const knock: readonly Sound[] = [
  { kind: 'tone', hz: 330, ms: 90, levelDbm0: -26 },
  { kind: 'silence', ms: 90 },
  { kind: 'tone', hz: 330, ms: 90, levelDbm0: -26 },
  { kind: 'silence', ms: 200 },
];

/** Up: somebody came. Down: somebody left. Soft, and of no frequency that is a key. */
const companySignals: Readonly<Record<CompanyChange, readonly Sound[]>> = {
  came: [
    { kind: 'tone', hz: 523, ms: 120, levelDbm0: -24 },
    { kind: 'tone', hz: 659, ms: 160, levelDbm0: -24 },
  ],
  left: [
    { kind: 'tone', hz: 659, ms: 120, levelDbm0: -24 },
    { kind: 'tone', hz: 523, ms: 160, levelDbm0: -24 },
  ],
};

function opening(elapsedMs: number): readonly Sound[] {
  const silence = (ms: number): Sound => ({ kind: 'silence', ms: Math.max(0, ms) });
  // The tone's own place has passed (the words before these were short): only the pause is left.
  if (elapsedMs > toneAtMs) return [silence(openingMs - elapsedMs)];
  return [
    silence(toneAtMs - elapsedMs),
    openingTone,
    silence(openingMs - toneAtMs - openingTone.ms),
  ];
}

/**
 * @param timeZone the meeting's, for spoken times
 * @param soundOf the sound of a name; without one, the phrase that has it is left out
 */
export function toUtterance(
  play: Extract<CallOutput, { do: 'play' }>,
  timeZone: string,
  soundOf: (name: string) => Sound | undefined = () => undefined,
): Utterance {
  const words = play.phrases.flatMap(({ key, n, at, name, digits }) => {
    const spoken = name === undefined ? undefined : soundOf(name);
    if (name !== undefined && spoken === undefined) return [];
    return [
      ...(key === 'phone-waiting' ? knock : []),
      ...phraseSounds(key, play.language, {
        ...(n !== undefined && { n }),
        ...(at !== undefined && { time: clockTimeAt(at, timeZone) }),
        ...(spoken !== undefined && { name: spoken }),
      }),
      ...(digits === undefined ? [] : digitSounds(digits, play.language)),
    ];
  });
  return {
    utteranceId: play.utteranceId,
    phrases: play.phrases.map(({ key }) => key),
    sounds: [
      ...(play.openingElapsedMs === undefined ? [] : opening(play.openingElapsedMs)),
      ...words,
      ...(play.signal === undefined ? [] : companySignals[play.signal]),
      ...(play.tone ? [microphoneTone] : []),
    ],
  };
}
