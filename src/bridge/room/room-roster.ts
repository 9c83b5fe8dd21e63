import type { RoomCodec, ParticipantKind } from './link-types.ts';
import type { Participant } from './signal-message.ts';

/** A track that can be heard and is not ours. */
export interface HeardTrack {
  readonly trackSid: string;
  readonly participantSid: string;
  readonly identity: string;
  readonly kind: ParticipantKind;
  readonly codec: RoomCodec;
  readonly muted: boolean;
}

export interface RosterChange {
  readonly added: readonly HeardTrack[];
  readonly removed: readonly string[];
  readonly muteChanged: readonly { readonly trackSid: string; readonly muted: boolean }[];
}

/** Who is in the room and what they publish, as the server's updates tell it. Pure. */
export interface RoomRoster {
  /** Participants as they are now: those not named are as they were. */
  update(participants: readonly Participant[]): RosterChange;
  /** Participants who are not hidden and not ours; without those whose identity begins so. */
  others(but?: readonly string[]): number;
  /** Whether anybody publishes end-to-end encrypted media. */
  encrypted(): boolean;
  tracks(): readonly HeardTrack[];
}

export const createRoomRoster = (ownIdentityPrefixes: readonly string[]): RoomRoster => {
  const present = new Map<string, Participant>();
  let heard: ReadonlyMap<string, HeardTrack> = new Map();

  const ours = ({ identity }: Participant): boolean =>
    ownIdentityPrefixes.some((prefix) => identity.startsWith(prefix));

  const tracksOf = (participant: Participant): HeardTrack[] =>
    participant.tracks.flatMap(({ sid, codec, muted, encrypted }) =>
      codec === undefined || encrypted
        ? []
        : [
            {
              trackSid: sid,
              participantSid: participant.sid,
              identity: participant.identity,
              kind: participant.kind,
              codec,
              muted,
            },
          ],
    );

  return {
    update: (participants) => {
      for (const participant of participants) {
        if (ours(participant) || participant.hidden) continue;
        if (participant.gone) present.delete(participant.sid);
        else present.set(participant.sid, participant);
      }
      const before = heard;
      const now = [...present.values()].flatMap(tracksOf);
      heard = new Map(now.map((track) => [track.trackSid, track]));
      return {
        added: now.filter(({ trackSid }) => !before.has(trackSid)),
        removed: [...before.keys()].filter((trackSid) => !heard.has(trackSid)),
        muteChanged: now.filter(({ trackSid, muted }) => {
          const was = before.get(trackSid);
          return was !== undefined && was.muted !== muted;
        }),
      };
    },
    others: (but = []) =>
      but.length === 0
        ? present.size
        : [...present.values()].filter(
            ({ identity }) => !but.some((prefix) => identity.startsWith(prefix)),
          ).length,
    encrypted: () =>
      [...present.values()].some(({ tracks }) => tracks.some(({ encrypted }) => encrypted)),
    tracks: () => [...heard.values()],
  };
};
