/** The meetings of one worker: those with callers here, and those whose ear is here. */
import type { NodeId, RoomName } from '../call/identifiers.ts';
import type { SoundDoor } from '../call/ports/media.ts';
import type { Logger } from '../call/ports/process.ts';
import { monotonicMs } from './monotonic-ms.ts';
import { identityPrefix } from '../call/participant.ts';
import type { NodeLinks } from './node-link/node-links.ts';
import type { LinkThread } from './room/link-types.ts';
import { openTrackSource } from './track-source.ts';
import { createWorkerMeeting, type WorkerMeeting } from './worker-meeting.ts';
import { createMeetingTranscodes } from './meeting-transcodes.ts';
import type { FromWorker, WorkerGauges, WorkerSetup } from './worker-protocol.ts';

export interface WorkerMeetings {
  /** The meeting in this room, begun where it is not here yet. */
  obtain(room: RoomName, lanes: SharedArrayBuffer): WorkerMeeting;
  /** To be called when a member has left: without members and ear a meeting is over here. */
  forgetIfIdle(meeting: WorkerMeeting): void;
  /** This worker is the meeting's home: opens the ear, in place of one that is there. */
  listen(room: RoomName, lanes: SharedArrayBuffer, token: string): void;
  stopListening(room: RoomName): Promise<void>;
  /** Of a meeting whose home this worker is: where another node takes its sound, or no more. */
  link(room: RoomName, node: NodeId, door: SoundDoor | undefined): void;
  setEarToken(room: RoomName, token: string): void;
  setPictureToken(room: RoomName, trackSid: string, token: string): void;
  /** Mixes one meeting after another; `before` and `after` are called around each. */
  tick(
    tick: number,
    before: (meeting: WorkerMeeting) => void,
    after: (meeting: WorkerMeeting) => void,
  ): void;
  gauges(): WorkerGauges;
  close(): Promise<void>;
}

export interface WorkerMeetingsDeps {
  readonly setup: WorkerSetup;
  readonly nodeLinks?: NodeLinks | undefined;
  readonly thread?: LinkThread | undefined;
  readonly post: (message: FromWorker) => void;
  readonly log: Logger;
}

export const createWorkerMeetings = (deps: WorkerMeetingsDeps): WorkerMeetings => {
  const { setup, nodeLinks, post, log } = deps;
  const meetings = new Map<RoomName, WorkerMeeting>();
  /** The same, for the tick: made anew at each change. */
  let inTurn: readonly WorkerMeeting[] = [];
  const transcodes = createMeetingTranscodes({ setup, post, log });
  /** Ears, closing ones too. */
  let ears = 0;

  const linkFigures = (): WorkerGauges => {
    if (nodeLinks === undefined) return {};
    const all = [...meetings.values()].flatMap(({ links }) => links?.figures() ?? []);
    return {
      linkStreams: all.reduce((sum, { streams }) => sum + streams, 0),
      linkStreamsStanding: all.reduce((sum, { standing }) => sum + standing, 0),
      linkDatagramsLost: nodeLinks.datagramsLost(),
    };
  };

  const obtain = (room: RoomName, lanes: SharedArrayBuffer): WorkerMeeting => {
    const known = meetings.get(room);
    if (known !== undefined) return known;
    const meeting = createWorkerMeeting(room, lanes, setup.workerIndex);
    meetings.set(room, meeting);
    inTurn = [...meetings.values()];
    return meeting;
  };

  const forgetIfIdle = (meeting: WorkerMeeting): void => {
    const isIdle = meeting.members.size === 0 && meeting.tracks === undefined;
    if (!isIdle || meetings.get(meeting.room) !== meeting) return;
    meetings.delete(meeting.room);
    inTurn = [...meetings.values()];
  };

  const closeEar = async (meeting: WorkerMeeting): Promise<void> => {
    const { tracks } = meeting;
    if (tracks === undefined) return;
    meeting.tracks = undefined;
    meeting.links?.close();
    meeting.links = undefined;
    forgetIfIdle(meeting);
    await Promise.all([tracks.close(), transcodes.end(meeting.room)]);
    ears -= 1;
  };

  const stopListening = async (room: RoomName): Promise<void> => {
    const meeting = meetings.get(room);
    if (meeting !== undefined) await closeEar(meeting);
  };

  return {
    obtain,
    forgetIfIdle,
    listen: (room, lanes, token) => {
      void stopListening(room);
      const meeting = obtain(room, lanes);
      ears += 1;
      meeting.tracks = openTrackSource({
        room,
        url: setup.livekitUrl,
        token,
        ownIdentityPrefix: identityPrefix(setup.nodeId),
        nowMs: monotonicMs,
        thread: deps.thread,
        log,
        post,
      });
      meeting.links = nodeLinks?.openMeeting(room, (nodes) => meeting.tracks?.setLinked(nodes));
      transcodes.begin(room);
    },
    stopListening,
    link: (room, node, door) => meetings.get(room)?.links?.set(node, door),
    setEarToken: (room, token) => {
      meetings.get(room)?.tracks?.setToken(token);
    },
    setPictureToken: transcodes.setToken,
    tick: (tick, before, after) => {
      transcodes.tick(monotonicMs());
      for (const meeting of inTurn) {
        before(meeting);
        try {
          meeting.mix(tick);
        } catch (error) {
          log.error({ room: meeting.room, err: error }, 'meeting not mixed');
        }
        after(meeting);
      }
      nodeLinks?.flush();
    },
    gauges: () => ({
      meetingMixes: meetings.size,
      meetingsUnheard: [...meetings.values()].filter(({ tracks }) => tracks?.isDeserted()).length,
      ears,
      ...transcodes.figures(),
      ...linkFigures(),
    }),
    close: async () => {
      await Promise.all([...meetings.values()].map(closeEar));
      await nodeLinks?.close();
    },
  };
};
