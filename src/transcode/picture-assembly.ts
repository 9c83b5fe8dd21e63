/**
 * RTP packets of one stream into whole pictures, in their order. A decoder that is given a picture
 * without the ones before it shows rubbish, so after a loss there is none until the next key frame.
 *
 *   broken ── key frame ──▶ whole ── a packet that stayed away, a picture that can't be joined ──▶ broken
 */
import { createRtpView, parseRtp } from '../bridge/rtp/rtp-packet.ts';
import { extendSequence } from '../bridge/rtp/sequence.ts';
import type { PictureDimensions, PictureFormat } from './picture-format.ts';

export interface AssembledPicture {
  readonly bytes: Buffer;
  /** 90 kHz, as it came. */
  readonly rtpTimestamp: number;
  /** Of a key frame. */
  readonly keyFrameSize: PictureDimensions | undefined;
}

export interface PictureAssembly {
  /** A packet with a plain header; one that was lost may come late. */
  push(packet: Buffer, nowMs: number): void;
  /** Gives up what has been waited for too long. */
  tick(nowMs: number): void;
  /** The pictures that follow can't be shown without a key frame. */
  breakOff(): void;
}

export interface PictureAssemblyDeps {
  readonly format: PictureFormat;
  readonly onPicture: (picture: AssembledPicture) => void;
  /** Nothing comes before the next key frame. */
  readonly onBroken: () => void;
}

/** So long a packet that is missing may still be sent again. */
const patienceMs = 300;
const mostWaiting = 1_000;
const mostPictureBytes = 2_000_000;
/** What LiveKit sends at the end of a track is a few pixels wide. */
const leastSide = 16;

interface Waiting {
  readonly payload: Buffer;
  readonly rtpTimestamp: number;
  readonly marker: boolean;
  readonly cameAtMs: number;
}

export const createPictureAssembly = (deps: PictureAssemblyDeps): PictureAssembly => {
  const { format } = deps;
  const view = createRtpView();
  const waiting = new Map<number, Waiting>();
  let ssrc = -1;
  let next = 0;
  let isBroken = true;
  /** Of the picture that is being put together; undefined: its first packet is not there. */
  let parts: Buffer[] | undefined;
  let partBytes = 0;
  let rtpTimestamp = 0;

  const breakOff = (): void => {
    parts = undefined;
    if (isBroken) return;
    isBroken = true;
    deps.onBroken();
  };

  const begin = (): void => {
    parts = [];
    partBytes = 0;
  };

  const finish = (): void => {
    const bytes = parts === undefined ? undefined : format.join(parts);
    parts = [];
    partBytes = 0;
    if (bytes === undefined) {
      breakOff();
      // What follows a marker is the beginning of a picture, whatever came before.
      begin();
      return;
    }
    if (bytes.length === 0) return;
    const size = format.keyFrameSize(bytes);
    const isShown = size === undefined || Math.min(size.width, size.height) > leastSide;
    if (!isShown) {
      breakOff();
      begin();
      return;
    }
    if (isBroken && size === undefined) return;
    isBroken = false;
    deps.onPicture({ bytes, rtpTimestamp, keyFrameSize: size });
  };

  const take = ({ payload, rtpTimestamp: stamp, marker }: Waiting): void => {
    // The server fills up with packets that hold nothing.
    if (payload.length === 0) return;
    const part = format.part(payload);
    if (part === undefined) {
      breakOff();
      return;
    }
    if (part.begins) {
      const isCutOff = parts !== undefined && parts.length > 0;
      if (isCutOff) breakOff();
      begin();
    }
    if (parts !== undefined && parts.length > 0 && stamp !== rtpTimestamp) breakOff();
    rtpTimestamp = stamp;
    partBytes += part.bytes.length;
    if (partBytes > mostPictureBytes) breakOff();
    parts?.push(part.bytes);
    if (marker) finish();
  };

  const drain = (): void => {
    for (let packet = waiting.get(next); packet !== undefined; packet = waiting.get(next)) {
      waiting.delete(next);
      next += 1;
      take(packet);
    }
  };

  const skipGap = (): void => {
    breakOff();
    next = Math.min(...waiting.keys());
    drain();
  };

  const restart = (): void => {
    ({ ssrc } = view);
    next = view.sequenceNumber + 0x10000;
    waiting.clear();
    breakOff();
  };

  return {
    push: (packet, nowMs) => {
      if (!parseRtp(packet, packet.length, view)) return;
      const { payloadOffset, payloadLength } = view;
      if (view.ssrc !== ssrc) restart();
      const sequence = extendSequence(next, view.sequenceNumber);
      if (sequence < next) return;
      waiting.set(sequence, {
        payload: packet.subarray(payloadOffset, payloadOffset + payloadLength),
        rtpTimestamp: view.timestamp,
        marker: view.marker,
        cameAtMs: nowMs,
      });
      drain();
      if (waiting.size > mostWaiting) skipGap();
    },
    tick: (nowMs) => {
      const [oldest] = waiting.values();
      if (oldest !== undefined && nowMs - oldest.cameAtMs > patienceMs) skipGap();
    },
    breakOff,
  };
};
