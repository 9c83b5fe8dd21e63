/**
 * Tells a caller that somebody came or left, as the meeting asks for. Comings and goings of the same
 * moment are told as one, and one that is undone (a browser that connects again) not at all.
 */
import type { EntrySignal } from '../meeting/meeting-options.ts';
import type { PhoneInMeeting } from './host-act.ts';
import type { LegId } from './identifiers.ts';

export type CompanyChange = 'came' | 'left';

export interface CompanyNews {
  readonly change: CompanyChange;
  /** Where it was one, and by telephone. */
  readonly who: PhoneInMeeting | undefined;
}

export interface CompanySignal {
  /** How many are here, as far as is known now. The first number is told to nobody. */
  count(now: number, people: number): void;
  /** What there is to tell, once; undefined: nothing, or not yet. `busy`: words are being said. */
  takeDue(now: number, busy: boolean): CompanyNews | undefined;
  nextTimeoutAt(): number | undefined;
  /** Out of the room: nothing is known any more. */
  reset(): void;
}

/** A change has to last this long. */
export const settleMs = 1_000;
/** No more often than this. */
export const signalEveryMs = 5_000;

/** @param phones those in the meeting by telephone, now */
export function createCompanySignal(
  how: () => EntrySignal,
  phones: () => readonly PhoneInMeeting[] = () => [],
): CompanySignal {
  let told: number | undefined;
  let toldPhones: ReadonlyMap<LegId, PhoneInMeeting> = new Map();
  let people = 0;
  let toldAt = -Infinity;
  let dueAt: number | undefined;

  const current = (): ReadonlyMap<LegId, PhoneInMeeting> =>
    new Map(phones().map((phone) => [phone.legId, phone]));
  const remember = (): void => {
    told = people;
    toldPhones = current();
  };

  /** Who it was, where one alone came or left, and that one by telephone. */
  const whoOf = (difference: number): PhoneInMeeting | undefined => {
    if (Math.abs(difference) !== 1) return undefined;
    const now = current();
    const came = Array.from(now.values()).filter(({ legId }) => !toldPhones.has(legId));
    const left = Array.from(toldPhones.values()).filter(({ legId }) => !now.has(legId));
    const [asked, opposite] = difference > 0 ? [came, left] : [left, came];
    return asked.length === 1 && opposite.length === 0 ? asked[0] : undefined;
  };

  return {
    count(now, counted) {
      people = counted;
      if (told === undefined || how() === 'none') remember();
      if (told === counted) dueAt = undefined;
      else dueAt ??= Math.max(now + settleMs, toldAt + signalEveryMs);
    },
    takeDue(now, busy) {
      if (dueAt === undefined || now < dueAt || told === undefined) return undefined;
      if (busy) {
        dueAt = now + settleMs;
        return undefined;
      }
      const difference = people - told;
      const who = whoOf(difference);
      dueAt = undefined;
      toldAt = now;
      remember();
      return { change: difference > 0 ? 'came' : 'left', who };
    },
    nextTimeoutAt: () => dueAt,
    reset() {
      told = undefined;
      dueAt = undefined;
    },
  };
}
