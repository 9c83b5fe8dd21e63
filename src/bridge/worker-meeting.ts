/** One meeting on one worker: its local members, the mix, and on the home worker the room's tracks. */
import type { RoomName } from '../call/identifiers.ts';
import { openMeetingLanes } from './meeting-lanes.ts';
import { createMeetingMixer } from './meeting-mixer.ts';
import { createLoudestSpeakers, type SpeakerMeter } from './meeting-speakers.ts';
import type { StreamCounts } from '../call/quality/sound-tally.ts';
import type { TrackSource } from './track-source.ts';

/** A caller of this worker, as the mix sees it. */
export interface MeetingMember {
  /** What the caller brings to this tick; undefined while muted, held, silent or not yet let in. */
  voice: Int16Array | undefined;
  /** Whether the caller hears 16 kHz. */
  isWideband: boolean;
  /** Of the participant that the caller is in the room. */
  speakerKey: number;
  readonly meter: SpeakerMeter;
}

export interface WorkerMeeting {
  readonly room: RoomName;
  readonly members: Set<MeetingMember>;
  /** Set on the home worker alone. */
  tracks: TrackSource | undefined;
  /** Sums this tick's voices and tracks; call once a tick, before `hear`. */
  mix(tick: number): void;
  /** The mix less the member's own voice into `out`; false where nothing sounds. */
  hear(member: MeetingMember, out: Int16Array): boolean;
  /** Nobody but this node's callers listens to the room: what they say need not go there. */
  isDeserted(): boolean;
  /** Of the room's tracks, as the home worker counts them. */
  roomCounts(): StreamCounts;
  /** Keys of who speaks, the loudest first: callers of the node and guests of the room. */
  readonly speakers: () => readonly number[];
}

/** A second: counts are no hurry. */
const countsEveryTicks = 50;

export const createWorkerMeeting = (
  room: RoomName,
  lanes: SharedArrayBuffer,
  ownLane: number,
): WorkerMeeting => {
  const ownLanes = openMeetingLanes(lanes, ownLane);
  const mixer = createMeetingMixer(ownLanes);
  const members = new Set<MeetingMember>();
  const loudest = createLoudestSpeakers();
  let wasHome = false;
  const meeting: WorkerMeeting = {
    room,
    members,
    tracks: undefined,
    mix: (tick) => {
      if (wasHome || meeting.tracks !== undefined) {
        wasHome = meeting.tracks !== undefined;
        ownLanes.tellDeserted(meeting.tracks?.isDeserted() ?? false);
      }
      mixer.begin(tick);
      loudest.begin();
      let wideEars = 0;
      for (const { voice, isWideband, speakerKey, meter } of members) {
        if (voice !== undefined) mixer.add(voice);
        if (isWideband) wideEars += 1;
        loudest.note(speakerKey, meter.hear(voice));
      }
      meeting.tracks?.addTo(mixer, loudest);
      ownLanes.tellSpeakers(loudest.words);
      mixer.finish(wideEars);
      meeting.tracks?.setWideband(mixer.hasWideEars());
      if (tick % countsEveryTicks === 0 && meeting.tracks !== undefined)
        ownLanes.tellRoomCounts(meeting.tracks.counts());
    },
    hear: (member, out) => mixer.hear(member.voice, out),
    isDeserted: () => ownLanes.isDeserted(),
    roomCounts: () => ownLanes.roomCounts(),
    speakers: ownLanes.speakers,
  };
  return meeting;
};
