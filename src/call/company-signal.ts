/**
 * Tells a caller that somebody came or left, as the meeting asks for. Comings and goings of the same
 * moment are told as one, and one that is undone (a browser that connects again) not at all.
 */
import type { EntrySignal } from '../meeting/meeting-options.ts';

export type CompanyChange = 'came' | 'left';

export interface CompanySignal {
  /** How many are here, as far as is known now. The first number is told to nobody. */
  count(now: number, people: number): void;
  /** What there is to tell, once; undefined: nothing, or not yet. `busy`: words are being said. */
  takeDue(now: number, busy: boolean): CompanyChange | undefined;
  nextTimeoutAt(): number | undefined;
  /** Out of the room: nothing is known any more. */
  reset(): void;
}

/** A change has to last this long. */
export const settleMs = 1_000;
/** No more often than this. */
export const signalEveryMs = 5_000;

export function createCompanySignal(how: () => EntrySignal): CompanySignal {
  let told: number | undefined;
  let people = 0;
  let toldAt = -Infinity;
  let dueAt: number | undefined;

  return {
    count(now, current) {
      people = current;
      if (told === undefined || how() === 'none') told = current;
      if (told === current) dueAt = undefined;
      else dueAt ??= Math.max(now + settleMs, toldAt + signalEveryMs);
    },
    takeDue(now, busy) {
      if (dueAt === undefined || now < dueAt || told === undefined) return undefined;
      if (busy) {
        dueAt = now + settleMs;
        return undefined;
      }
      const change = people > told ? 'came' : 'left';
      dueAt = undefined;
      told = people;
      toldAt = now;
      return change;
    },
    nextTimeoutAt: () => dueAt,
    reset() {
      told = undefined;
      dueAt = undefined;
    },
  };
}
