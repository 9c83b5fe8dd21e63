/** One meeting on one worker: its local members, the mix, and on the home worker the room's tracks. */
import type { RoomName } from '../call/identifiers.ts';
import { openMeetingLanes } from './meeting-lanes.ts';
import { createMeetingMixer } from './meeting-mixer.ts';
import { createLoudestSpeakers } from './meeting-speakers.ts';
import { addCounts, type StreamCounts } from '../call/quality/sound-tally.ts';
import type { MeetingLinks } from './node-link/meeting-links.ts';
import type { TrackSource } from './track-source.ts';

/** A caller of this worker, as the mix sees it. */
export interface MeetingMember {
  /** What the caller brings to this tick; undefined while muted, held, silent or not yet let in. */
  voice: Int16Array | undefined;
  /** Whether the caller hears 16 kHz. */
  isWideband: boolean;
  /** Of the participant that the caller is in the room. */
  speakerKey: number;
  /** How loud the caller speaks at this tick, 0 where not heard: `SpeakerMeter`. */
  loudness: number;
}

export interface WorkerMeeting {
  readonly room: RoomName;
  readonly members: Set<MeetingMember>;
  /** Set on the home worker alone. */
  tracks: TrackSource | undefined;
  /** Set on the home worker, where the node has links to others. */
  links: MeetingLinks | undefined;
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

/** What comes of other nodes is heard as the room is. */
const countsOf = (tracks: TrackSource, links: MeetingLinks | undefined): StreamCounts =>
  links === undefined ? tracks.counts() : addCounts(tracks.counts(), links.counts());

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
  /** As of the last tick: it is asked for each packet. */
  let isDeserted = ownLanes.isDeserted();
  /** Of the callers alone, for other nodes. */
  const loudestCallers = createLoudestSpeakers();
  let wasHome = false;
  const meeting: WorkerMeeting = {
    room,
    members,
    tracks: undefined,
    links: undefined,
    mix: (tick) => {
      if (wasHome || meeting.tracks !== undefined) {
        wasHome = meeting.tracks !== undefined;
        ownLanes.tellDeserted(meeting.tracks?.isDeserted() ?? false);
      }
      isDeserted = ownLanes.isDeserted();
      mixer.begin(tick);
      loudest.begin();
      let wideEars = 0;
      for (const { voice, isWideband, speakerKey, loudness } of members) {
        if (voice !== undefined) mixer.add(voice);
        if (isWideband) wideEars += 1;
        loudest.note(speakerKey, loudness);
      }
      // Alone on its node, a meeting costs what it would without links.
      const links = meeting.links?.isEmpty() === false ? meeting.links : undefined;
      if (links !== undefined) {
        mixer.endCallers();
        loudestCallers.words.set(loudest.words);
        links.addTo(mixer, loudest);
      }
      meeting.tracks?.addTo(mixer, loudest);
      ownLanes.tellSpeakers(loudest.words);
      mixer.finish(wideEars);
      if (links !== undefined) {
        ownLanes.noteOthers(loudestCallers);
        links.send(tick, mixer, loudestCallers, mixer.hasWideEars());
      }
      meeting.tracks?.setWideband(mixer.hasWideEars());
      if (tick % countsEveryTicks === 0 && meeting.tracks !== undefined)
        ownLanes.tellRoomCounts(countsOf(meeting.tracks, meeting.links));
    },
    hear: (member, out) => mixer.hear(member.voice, out),
    isDeserted: () => isDeserted,
    roomCounts: () => ownLanes.roomCounts(),
    speakers: ownLanes.speakers,
  };
  return meeting;
};
