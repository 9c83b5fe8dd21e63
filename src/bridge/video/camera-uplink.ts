/**
 * The device's camera into the room. Nothing is decoded and nothing delayed: packets go on as they
 * come, under numbers of our own.
 */
import type { VideoSession } from '../../call/ports/media.ts';
import type { RtpView } from '../rtp/rtp-packet.ts';
import { createPictureSource } from './picture-source.ts';
import { createPictureStream } from './picture-stream.ts';

export interface CameraUplink {
  configure(session: VideoSession): void;
  /** A decrypted packet of the device; the buffer is the uplink's from now on. */
  push(packet: Buffer, view: RtpView, nowMs: number): void;
  /** Whether the room takes the pictures: while it does not, none are sent. */
  setOpen(open: boolean): void;
  /** Somebody in the room needs a key frame. */
  wantKeyFrame(): void;
  /** Asked again and again for a key frame, the device sends none: gradual refresh, mostly. */
  lacksKeyFrame(): boolean;
  /** The room misses these of the packets that were sent. */
  resend(sequences: readonly number[]): void;
  tick(nowMs: number): void;
}

export interface CameraUplinkDeps {
  readonly initialSequence: number;
  readonly initialTimestamp: number;
  /** To the room, which stamps SSRC and payload type. */
  readonly send: (packet: Buffer) => void;
  /** To the device; `asked`: how often in a row without an answer. */
  readonly askKeyFrame: (mediaSsrc: number, asked: number) => void;
  readonly askPackets: (mediaSsrc: number, sequences: readonly number[]) => void;
}

/** Seconds of asking. A camera that forgets to answer one has been asked again by then. */
const asksWithoutAnswer = 6;

export const createCameraUplink = (deps: CameraUplinkDeps): CameraUplink => {
  let session: VideoSession | undefined;
  let ssrc = 0;
  let isOpen = false;
  const source = createPictureSource({
    askKeyFrame: (asked) => {
      deps.askKeyFrame(ssrc, asked);
    },
    askPackets: (sequences) => {
      deps.askPackets(ssrc, sequences);
    },
    canAskPackets: () => session?.feedback.nack === true,
  });
  const stream = createPictureStream({ ...deps, ssrc: 0 });

  return {
    configure: (next) => {
      session = next;
      for (const unit of next.remoteParameterSets) source.learn(unit);
    },
    push: (packet, view, nowMs) => {
      if (view.payloadType !== session?.payloadType) return;
      if (view.ssrc !== ssrc) {
        ({ ssrc } = view);
        source.restart();
        // Another encoder: what it sends refers to nothing that the room has.
        if (isOpen) source.wantKeyFrame();
      }
      const isPicture = source.take(packet, view, nowMs);
      if (!isOpen) return;
      if (isPicture) stream.forward(packet, view, source, nowMs);
      else stream.skip(view, nowMs);
    },
    setOpen: (open) => {
      if (open === isOpen) return;
      isOpen = open;
      stream.cut();
      if (open) source.wantKeyFrame();
    },
    wantKeyFrame: () => {
      if (isOpen) source.wantKeyFrame();
    },
    lacksKeyFrame: () => source.asked() >= asksWithoutAnswer,
    resend: (sequences) => {
      if (isOpen) stream.resend(sequences);
    },
    tick: (nowMs) => {
      // Nobody watches a camera that shows nothing: it is asked all the same.
      if (isOpen || source.asked() >= asksWithoutAnswer) source.tick(nowMs);
    },
  };
};
