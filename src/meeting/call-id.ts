import { asCallId, type CallId } from '../call/identifiers.ts';

/**
 * A new call ID. Nine digits, no leading zero and no digit twice in a row: some exchanges drop
 * either. That leaves 9^9, about 387 million.
 *
 * @param randomInt uniform on 0 … below - 1, from a CSPRNG (`node:crypto` randomInt)
 */
export function generateCallId(randomInt: (below: number) => number): CallId {
  let previous = 0;
  let digits = '';
  while (digits.length < 9) {
    // One of the nine digits that the previous one is not; the first is not 0.
    const step = randomInt(9) + 1;
    previous = (previous + step) % 10;
    digits += String(previous);
  }
  const callId = asCallId(digits);
  if (callId === undefined) throw new Error('the random source left its range');
  return callId;
}

/** As printed and read aloud: `123 456 789`. */
export const formatCallId = (callId: CallId): string =>
  `${callId.slice(0, 3)} ${callId.slice(3, 6)} ${callId.slice(6)}`;
