/**
 * What a caller sends: keys, and sound in an even stream of frames. Packets come when they come,
 * frames are taken at each tick.
 */
import type { MediaSession } from '../call/ports/media.ts';
import type { DigitSource, Digit } from '../call/ports/sip-engine.ts';
import { createG711Decoder } from './audio/g711-decoder.ts';
import { g711RateHz } from './audio/g711.ts';
import { createInBandDtmf } from './audio/in-band-dtmf.ts';
import { frameMs } from './media-clock.ts';
import type { PacketKind } from './rtp/jitter-buffer.ts';
import { createPlayout, type PlayoutStats } from './rtp/playout.ts';
import type { RtpView } from './rtp/rtp-packet.ts';
import { createTelephoneEventDecoder } from './rtp/telephone-event.ts';

export interface LegReceiver {
  configure(session: MediaSession): void;
  /** Whether frames are wanted: in a meeting. Keys are looked for in any case. */
  setFrameWanted(wanted: boolean): void;
  /** Takes a packet of the caller; returns what it is, undefined for payload types not agreed. */
  push(packet: Uint8Array, view: RtpView, nowMs: number): PacketKind | undefined;
  /** The next 20 ms at 8 kHz, the same array each time; undefined where nothing sounds. */
  takeFrame(): Int16Array | undefined;
  readonly playout: Readonly<PlayoutStats>;
  close(): void;
}

export interface LegReceiverDeps {
  /** Each key once. */
  readonly onDigit: (digit: Digit, source: DigitSource) => void;
}

export const createLegReceiver = ({ onDigit }: LegReceiverDeps): LegReceiver => {
  const frame = new Int16Array((g711RateHz * frameMs) / 1000);
  const events = createTelephoneEventDecoder();
  const tones = createInBandDtmf();
  let session: MediaSession | undefined;
  let frameWanted = false;
  const playout = createPlayout({
    outputRateHz: g711RateHz,
    frameMs,
    decoderFor: (payloadType) =>
      session?.payloadType === payloadType
        ? createG711Decoder(session.codec, g711RateHz)
        : undefined,
  });

  /** Without telephone-event keys come as tones, and the sound is needed for them. */
  const listensForTones = (): boolean =>
    session !== undefined && session.telephoneEventPayloadType === undefined;

  const kindOf = (payloadType: number): PacketKind | undefined => {
    if (session === undefined) return undefined;
    if (payloadType === session.payloadType) return 'audio';
    if (payloadType === session.telephoneEventPayloadType) return 'event';
    return payloadType === session.comfortNoisePayloadType ? 'comfort-noise' : undefined;
  };

  return {
    configure: (next) => {
      session = next;
    },
    setFrameWanted: (wanted) => {
      frameWanted = wanted;
    },
    push: (packet, view, nowMs) => {
      const kind = kindOf(view.payloadType);
      if (kind === undefined) return undefined;
      if (kind === 'event') {
        const digit = events.push(view, packet);
        if (digit !== undefined) onDigit(digit, 'telephone-event');
      }
      if (frameWanted || listensForTones()) playout.push(packet, view, nowMs);
      return kind;
    },
    takeFrame: () => {
      if (!frameWanted && !listensForTones()) return undefined;
      if (playout.pull(frame) === 'idle') return undefined;
      if (listensForTones()) {
        const digit = tones.feed(frame);
        if (digit !== undefined) onDigit(digit, 'in-band');
      }
      return frameWanted ? frame : undefined;
    },
    playout: playout.stats,
    close: () => {
      playout.close();
    },
  };
};
