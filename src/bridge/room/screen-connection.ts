/**
 * A screen that we share, on one connection to a room: published when it is on for the first time, so
 * that nobody sees one that is none; after that it is muted and unmuted.
 */
import type { Clock } from '../../call/ports/process.ts';
import { buildRtcp } from '../rtp/rtcp-packet.ts';
import { createCameraSender, type CameraSender } from './camera-sender.ts';
import type { CameraTrack, PictureEvent } from './link-types.ts';
import { cameraMuted, cameraRequest } from './picture-requests.ts';
import type { RoomSession } from './room-session.ts';
import type { SignalEvent } from './signal-message.ts';

export interface ScreenConnection {
  readonly sender: Pick<CameraSender, 'takeFeedback' | 'takeReport'>;
  mediaUp(): void;
  takeSignal(event: SignalEvent): void;
  write(packet: Buffer): void;
  /** Tells the server whether it is on, where it does not know. */
  show(): void;
  setWanted(trackSid: string, wanted: boolean): void;
  report(nowMs: number): void;
  close(): void;
}

export interface ScreenConnectionDeps {
  readonly track: CameraTrack;
  readonly ssrc: number;
  readonly isOn: () => boolean;
  readonly clock: Clock;
  readonly session: () => RoomSession | undefined;
  readonly onEvent: (event: PictureEvent) => void;
}

export const createScreenConnection = (deps: ScreenConnectionDeps): ScreenConnection => {
  const { ssrc, track, session, isOn } = deps;
  let stream: ReturnType<RoomSession['openStream']>;
  let cid = '';
  let sid: string | undefined;
  let shownOn = false;
  let isAsked = false;
  const sender = createCameraSender({
    ssrc,
    maxBitrateKbps: track.maxBitrateKbps,
    stream: () => stream,
    onEvent: (about) => {
      deps.onEvent({ type: 'own-screen', about });
    },
  });
  const show = (): void => {
    if (isOn() && !isAsked) {
      isAsked = shownOn = true;
      session()?.publish((peer) => {
        ({ cid } = peer.addCameraSender(ssrc));
        return cameraRequest(cid, track, false, 'screen');
      });
    }
    if (sid === undefined || shownOn === isOn()) return;
    shownOn = isOn();
    if (shownOn) sender.setMutedByRoom(false);
    session()?.send(cameraMuted(sid, !shownOn));
  };

  return {
    sender,
    mediaUp: () => {
      stream ??= session()?.openStream();
      show();
    },
    takeSignal: (event) => {
      if (event.type === 'published' && event.cid === cid) {
        sid = event.trackSid;
        show();
      } else if (event.type === 'mute' && event.trackSid === sid) {
        shownOn = !event.muted;
        sender.setMutedByRoom(event.muted);
      }
    },
    write: (packet) => {
      if (isOn() && sid !== undefined) sender.writeRtp(packet, deps.clock.now());
    },
    show,
    setWanted: (trackSid, wanted) => {
      if (trackSid === sid) sender.setWanted(wanted);
    },
    report: (nowMs) => {
      const info = sender.senderInfo(nowMs);
      if (info === undefined) return;
      stream?.sendRtcp(buildRtcp({ ssrc, cname: 'screen', sender: info, reports: [] }));
    },
    close: () => {
      stream = undefined;
    },
  };
};
