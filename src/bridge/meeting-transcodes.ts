/** The transcodes of one worker: those of the meetings that it is home of. */
import type { RoomName } from '../call/identifiers.ts';
import type { Logger } from '../call/ports/process.ts';
import { startTranscodeProcess } from '../transcode/transcode-process.ts';
import { createPictureEar, type PictureEar } from './room/picture-ear.ts';
import { largestPicture, transcodedKbps } from '../transcode/transcode-command.ts';
import { transcodeChannelOf } from './video/transcode-channel.ts';
import {
  createTranscodeHost,
  type PictureEarRequest,
  type TranscodeHost,
} from './video/transcode-host.ts';
import { createTranscodePlaces } from './video/transcode-places.ts';
import type { FromWorker, WorkerGauges, WorkerSetup } from './worker-protocol.ts';

export interface MeetingTranscodes {
  /** This worker is home of the meeting; without a program nothing happens. */
  begin(room: RoomName): void;
  end(room: RoomName): Promise<void>;
  readonly setToken: (room: RoomName, trackSid: string, token: string) => void;
  tick(nowMs: number): void;
  figures(): WorkerGauges;
}

export interface MeetingTranscodesDeps {
  readonly setup: WorkerSetup;
  readonly post: (message: FromWorker) => void;
  readonly log: Logger;
}

/** A better layer than what is made of it would be wasted. */
const want = { ...largestPicture, maxBitrateKbps: 2 * transcodedKbps };

export const createMeetingTranscodes = (deps: MeetingTranscodesDeps): MeetingTranscodes => {
  const { setup, post, log } = deps;
  const { transcoding } = setup;
  const hosts = new Map<RoomName, TranscodeHost>();
  const places =
    transcoding && createTranscodePlaces({ ...transcoding, workerIndex: setup.workerIndex });

  const openEar = ({ onTokenNeeded, onGone, ...request }: PictureEarRequest): PictureEar =>
    createPictureEar({
      ...request,
      url: setup.livekitUrl,
      want,
      log,
      onEvent: (event) => {
        if (event.type === 'token-needed') onTokenNeeded();
        else if (event.type === 'left') onGone(`room left: ${event.reason}`);
      },
      onUnsupported: () => {
        onGone('the server has it in no such codec');
      },
    });

  const end = async (room: RoomName): Promise<void> => {
    const host = hosts.get(room);
    hosts.delete(room);
    await host?.close();
  };

  return {
    begin: (room) => {
      if (transcoding === undefined || places === undefined) return;
      void end(room);
      const host = createTranscodeHost({
        openChannel: transcodeChannelOf(setup.nodeId, room),
        places,
        startProcess: (options) =>
          startTranscodeProcess({ ...options, command: transcoding.command }),
        openEar,
        onTokenNeeded: (trackSid) => {
          post({ type: 'picture-token-needed', room, trackSid });
        },
        log,
      });
      hosts.set(room, host);
    },
    end,
    setToken: (room, trackSid, token) => hosts.get(room)?.setToken(trackSid, token),
    tick: (nowMs) => {
      for (const [room, host] of hosts)
        try {
          host.tick(nowMs);
        } catch (error) {
          log.error({ room, err: error }, 'pictures not transcoded');
        }
    },
    figures: () => {
      if (places === undefined) return {};
      let transcodeCpuSeconds = places.spentSeconds();
      for (const host of hosts.values()) transcodeCpuSeconds += host.cpuSeconds();
      return { ...places.figures(), transcodeCpuSeconds };
    },
  };
};
