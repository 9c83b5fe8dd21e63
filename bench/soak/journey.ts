/** What one caller of a soak does: how far it gets, and when it hangs up. */

export type Step = 'ringing' | 'greeting' | 'digits' | 'wrong-id' | 'lobby' | 'room';

export interface Journey {
  readonly step: Step;
  /** How long it stays at its last step. */
  readonly stayMs: number;
  /** How many digits it keys of an ID it does not finish. */
  readonly digits: number;
}

/** Most get into a room and stay: the others are there to leave something behind, if anything can. */
const shares: readonly (readonly [Step, number])[] = [
  ['ringing', 0.08],
  ['greeting', 0.1],
  ['digits', 0.1],
  ['wrong-id', 0.06],
  ['lobby', 0.12],
  ['room', 0.54],
];

const longestStayMs: Readonly<Record<Step, number>> = {
  ringing: 12,
  greeting: 4000,
  digits: 2000,
  'wrong-id': 6000,
  lobby: 15_000,
  room: 60_000,
};

/**
 * `random` gives numbers from 0 to 1, 1 excluded: the same numbers, the same journey. No stay is
 * longer than `atMostMs`: a short soak has short calls.
 */
export function drawJourney(random: () => number, atMostMs = Infinity): Journey {
  let at = random();
  const step = shares.find(([, share]) => (at -= share) < 0)?.[0] ?? 'room';
  return {
    step,
    stayMs: Math.round(random() * Math.min(longestStayMs[step], atMostMs)),
    digits: 1 + Math.floor(random() * 8),
  };
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
