import type { RoomPicture } from './link-types.ts';
import type { Person, PictureLayer, PictureTrack, Speaker } from './picture-signal.ts';

/** A track as it is asked for. */
export interface FollowableTrack {
  readonly trackKey: number;
  readonly trackSid: string;
  readonly participantSid: string;
  readonly layers: readonly PictureLayer[];
}

export interface KnownTrack {
  readonly participantSid: string;
  readonly track: PictureTrack;
}

/** Who is in the room, what they show and who of them speaks, as the server's updates tell it. Pure. */
export interface PictureRoster {
  /** At the beginning of a connection: forgets who was there, but not the keys of their tracks. */
  begin(people: readonly Person[], ownSid: string): void;
  update(people: readonly Person[]): void;
  /** For the rest of the connection it counts as none of H.264. */
  setUnsupported(trackSid: string): void;
  updateSpeakers(speakers: readonly Speaker[]): void;
  pictures(): readonly RoomPicture[];
  /** Names, in the order in which they came. */
  people(): readonly string[];
  /** Identities of those who speak, the loudest first. */
  speakers(): readonly string[];
  /**
   * Pictures that we can be given; of who has only others a track of their sound, by which the server tells
   * us when they speak.
   */
  followable(): readonly FollowableTrack[];
  /** A picture that is there now. */
  find(trackSid: string): KnownTrack | undefined;
  /** Of a track that was seen once; undefined for others. */
  keyOf(trackSid: string): number | undefined;
  sidOf(trackKey: number): string | undefined;
}

export const createPictureRoster = (): PictureRoster => {
  const keys = new Map<string, number>();
  const present = new Map<string, Person>();
  const levels = new Map<string, number>();
  const unsupported = new Set<string>();
  let ownSid = '';

  const keyFor = (trackSid: string): number => {
    const known = keys.get(trackSid);
    if (known !== undefined) return known;
    const key = keys.size + 1;
    keys.set(trackSid, key);
    return key;
  };

  const update = (people: readonly Person[]): void => {
    for (const person of people) {
      if (person.hidden || person.gone || person.sid === ownSid) {
        present.delete(person.sid);
        levels.delete(person.sid);
      } else {
        present.set(person.sid, person);
      }
    }
  };

  const isWatchable = ({ sid, isH264 }: PictureTrack): boolean => isH264 && !unsupported.has(sid);

  return {
    begin: (people, sid) => {
      ownSid = sid;
      present.clear();
      levels.clear();
      unsupported.clear();
      update(people);
    },
    update,
    setUnsupported: (trackSid) => {
      unsupported.add(trackSid);
    },
    updateSpeakers: (speakers) => {
      for (const { sid, level, speaks } of speakers) {
        if (speaks) levels.set(sid, level);
        else levels.delete(sid);
      }
    },
    pictures: () =>
      [...present.values()].flatMap(({ identity, name, kind, tracks }) =>
        tracks.map((track) => ({
          trackKey: keyFor(track.sid),
          ...{ identity, name, kind, source: track.source },
          isH264: isWatchable(track),
          ...(!isWatchable(track) &&
            track.foreign && { foreign: { trackSid: track.sid, codec: track.foreign.codec } }),
          muted: track.muted,
        })),
      ),
    people: () => [...present.values()].map(({ name }) => name),
    speakers: () =>
      [...levels]
        .toSorted(([, one], [, other]) => other - one)
        .flatMap(([sid]) => present.get(sid)?.identity ?? []),
    followable: () =>
      [...present.values()].flatMap(({ sid: participantSid, tracks, soundSids }) => {
        const pictures = tracks.filter(isWatchable);
        const sounds = soundSids.map((sid) => ({ sid, layers: [] }));
        const followed = pictures.length > 0 || tracks.length === 0 ? pictures : sounds.slice(0, 1);
        return followed.map(({ sid: trackSid, layers }) => ({
          ...{ trackKey: keyFor(trackSid), trackSid, participantSid, layers },
        }));
      }),
    find: (trackSid) => {
      for (const { sid: participantSid, tracks } of present.values()) {
        const track = tracks.find(({ sid }) => sid === trackSid);
        if (track !== undefined) return { participantSid, track };
      }
      return undefined;
    },
    keyOf: (trackSid) => keys.get(trackSid),
    sidOf: (trackKey) => [...keys].find(([, key]) => key === trackKey)?.[0],
  };
};
