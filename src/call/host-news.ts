/**
 * What a host on the phone is told unasked: that somebody waits, and that the picture of a video room is
 * missing. After a breath, never into other words, and a picture once for each room and cause.
 *
 *   nothing ──somebody waits, a picture is missing──▶ due ──nothing is being said──▶ told
 *                └──in again, back again meanwhile──▶ nothing
 */
import { phrase } from '../ivr/phrase.ts';
import type { CallOutput } from './call-messages.ts';
import type { MissingPicture, PhoneInMeeting } from './host-act.ts';
import { createNamedTimers } from './named-timers.ts';
import type { Speaker } from './speaker.ts';

type Outputs = readonly CallOutput[];

export interface HostNews {
  /** Somebody came to the door, or may stand there. */
  knock(now: number): void;
  /** The picture of a room went missing, or may be. */
  look(now: number): void;
  /** `isBusy`: words are being said, or keys waited for. */
  timeout(now: number, isBusy: boolean): Outputs;
  nextTimeoutAt(): number | undefined;
  /** Out of the room for now. What was told stays told. */
  leave(): void;
}

export interface HostNewsDeps {
  readonly speaker: Pick<Speaker, 'say'>;
  readonly somebodyWaits: () => boolean;
  /** Other callers in the meeting whose pictures are missing, now. */
  readonly roomsWithoutPicture: () => readonly PhoneInMeeting[];
  /** The name of somebody, where names are said unasked in this meeting and this one can be. */
  readonly nameOf: (who: PhoneInMeeting) => string | undefined;
}

const breathMs = 1_000;
/** No more often than can be borne. */
export const knockEveryMs = 15_000;
/** One who takes up the call again at once was hardly missed. */
export const pictureMissedMs = 3_000;

const roomKeys = { gone: 'room-without-picture', unusable: 'room-picture-unusable' } as const;
const nameKeys = { gone: 'name-without-picture', unusable: 'name-picture-unusable' } as const;

export function createHostNews(deps: HostNewsDeps): HostNews {
  const timers = createNamedTimers<'knock' | 'picture'>();
  const told = new Set<string>();
  let knockedAt = -Infinity;

  const missing = (): readonly (readonly [PhoneInMeeting, MissingPicture])[] =>
    deps
      .roomsWithoutPicture()
      .flatMap((room) => (room.missing === undefined ? [] : [[room, room.missing] as const]))
      .filter(([{ legId }, cause]) => !told.has(`${cause} ${legId}`));

  const tellKnock = (now: number): Outputs => {
    if (!deps.somebodyWaits()) return [];
    knockedAt = now;
    return deps.speaker.say(now, [phrase('phone-waiting')]);
  };

  const tellPicture = (now: number): Outputs => {
    const [first, second] = missing();
    if (first === undefined) return [];
    const [room, cause] = first;
    told.add(`${cause} ${room.legId}`);
    if (second !== undefined) timers.set('picture', now + breathMs);
    const name = deps.nameOf(room);
    return deps.speaker.say(now, [
      name === undefined ? phrase(roomKeys[cause]) : { key: nameKeys[cause], name },
    ]);
  };

  return {
    knock(now) {
      if (timers.at('knock') === undefined)
        timers.set('knock', Math.max(now + breathMs, knockedAt + knockEveryMs));
    },
    look(now) {
      if (timers.at('picture') === undefined && missing().length > 0)
        timers.set('picture', now + pictureMissedMs);
    },
    timeout(now, isBusy) {
      const due = timers.takeDue(now);
      if (due === undefined) return [];
      // Not into a menu that waits for its key. What is due beside it waits for these words.
      if (isBusy) {
        timers.set(due, now + breathMs);
        return [];
      }
      return due === 'knock' ? tellKnock(now) : tellPicture(now);
    },
    nextTimeoutAt: () => timers.next(),
    leave() {
      timers.clearAll();
    },
  };
}
