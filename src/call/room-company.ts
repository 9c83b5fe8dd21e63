/**
 * Who else is in the room, for one caller in it: how many, who came and left, and music for one who
 * is alone.
 *
 *   in company ──nobody else for `aloneAfterMs`: told once──▶ alone, with music ──somebody──▶ in company
 */
import { phrase } from '../ivr/phrase.ts';
import type { EntrySignal } from '../meeting/meeting-options.ts';
import type { CallOutput } from './call-messages.ts';
import { createCompanySignal } from './company-signal.ts';
import type { PhoneInMeeting } from './host-act.ts';
import { earliestOf } from './named-timers.ts';
import type { Speaker } from './speaker.ts';

type Outputs = readonly CallOutput[];

export interface RoomCompany {
  /** Everybody in the room, this caller too, as far as is known. */
  participants(): number;
  /** In the room and not this gateway's, as the room link says. */
  audience(now: number, others: number): Outputs;
  /** This node's other callers are others now. */
  changed(now: number): Outputs;
  /** The caller is heard: from now on comings and goings are told. */
  heard(now: number): void;
  /** What sounds where nothing is said: music for one who is alone, otherwise the room. */
  quiet(): Outputs;
  /** `isBusy`: words are being said, or keys waited for. */
  timeout(now: number, isBusy: boolean): Outputs;
  nextTimeoutAt(): number | undefined;
  /** Out of the room: nothing is known any more. */
  leave(): void;
}

const nobodyKnown = -1;

export function createRoomCompany(deps: {
  readonly speaker: Speaker;
  readonly aloneAfterMs: number;
  /** This node's other callers in the meeting, now. */
  readonly companions: () => number;
  /** Those in the meeting by telephone, now. */
  readonly phonesIn: () => readonly PhoneInMeeting[];
  readonly entrySignal: () => EntrySignal;
  /** The name of somebody, where this caller may hear it and it can be said. */
  readonly nameOf: (who: PhoneInMeeting) => string | undefined;
}): RoomCompany {
  const { speaker, entrySignal } = deps;
  const signal = createCompanySignal(entrySignal, deps.phonesIn);
  let isHeard = false;
  let toldAlone = false;
  let lonely = false;
  let lonelyAt: number | undefined;
  let others = nobodyKnown;

  const participants = (): number => Math.max(others, 0) + deps.companions() + 1;
  const quiet = (): Outputs => (lonely && !speaker.speaking ? speaker.music() : []);
  const count = (now: number): void => {
    if (isHeard && others !== nobodyKnown) signal.count(now, participants());
  };

  const watch = (now: number): Outputs => {
    count(now);
    if (others === 0 && deps.companions() === 0) {
      if (!lonely) lonelyAt ??= now + deps.aloneAfterMs;
      return [];
    }
    lonelyAt = undefined;
    if (!lonely) return [];
    lonely = false;
    return speaker.stopMusic();
  };

  const tell = (now: number, isBusy: boolean): Outputs => {
    const news = signal.takeDue(now, isBusy);
    if (news === undefined) return [];
    const { change, who } = news;
    const how = entrySignal();
    if (how === 'tone') return speaker.signal(now, change);
    const name = who === undefined || how !== 'names' ? undefined : deps.nameOf(who);
    return speaker.say(now, [
      name === undefined
        ? phrase(change === 'came' ? 'somebody-came' : 'somebody-left')
        : { key: change === 'came' ? 'name-came' : 'name-left', name },
    ]);
  };

  const tellAlone = (now: number): Outputs => {
    if (lonelyAt === undefined || now < lonelyAt) return [];
    lonelyAt = undefined;
    lonely = true;
    // Told once; after that, and when it comes again, there is music.
    if (toldAlone) return quiet();
    toldAlone = true;
    return speaker.say(now, [phrase('alone')]);
  };

  return {
    participants,
    audience(now, counted) {
      others = counted;
      return watch(now);
    },
    changed: watch,
    heard(now) {
      isHeard = true;
      count(now);
    },
    quiet,
    timeout: (now, isBusy) => [...tell(now, isBusy), ...tellAlone(now)],
    nextTimeoutAt: () => earliestOf(lonelyAt, signal.nextTimeoutAt()),
    leave() {
      isHeard = false;
      lonely = false;
      lonelyAt = undefined;
      others = nobodyKnown;
      signal.reset();
    },
  };
}
