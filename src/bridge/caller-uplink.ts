/**
 * A caller's sound into the room, by the way that costs least:
 *
 *   caller      room    way
 *   G.711       G.711   its bytes, cut into 20 ms (`rtp/uplink.ts`); another law by table
 *   Opus        Opus    its packets (`rtp/opus-uplink.ts`)
 *   all others          out of the jitter buffer, encoded anew (`pcm-uplink.ts`)
 *
 * The room's codec stays what the track was published with. Where the caller's changes within a visit
 * so that the way does, the stream goes on where it was.
 */
import { randomInt } from 'node:crypto';
import { isG711, soundRateOf, type LegCodec } from './audio/codec-rates.ts';
import { decodeG711, encodeG711, g711RateHz, type G711Law } from './audio/g711.ts';
import { levelOfG711, levelOfPcm, silentLevel } from './audio/level.ts';
import { createPcmUplink } from './pcm-uplink.ts';
import { roomPayloadTypes, type RoomCodec } from './room/link-types.ts';
import type { PacketKind } from './rtp/jitter-buffer.ts';
import { createOpusUplink, type StreamPlace } from './rtp/opus-uplink.ts';
import { rtpHeaderBytes, type RtpView } from './rtp/rtp-packet.ts';
import { createUplink } from './rtp/uplink.ts';

export interface CallerUplink {
  /** A packet of the caller's stream, of whatever kind. */
  push(packet: Uint8Array, view: RtpView, kind: PacketKind, nowMs: number): void;
  /** Each tick: the caller's 20 ms, decoded, where something sounds. */
  hear(frame: Int16Array | undefined, nowMs: number): void;
  flush(nowMs: number): void;
  setMuted(muted: boolean): void;
  setCodec(codec: LegCodec): void;
  /** The caller's stream begins a new time line (hold, re-INVITE). */
  anchorAnew(): void;
  /** Idempotent. */
  close(): void;
}

export interface CallerUplinkOptions {
  readonly ssrc: number;
  readonly codec: LegCodec;
  readonly roomCodec: RoomCodec;
  readonly muted: boolean;
  /** `level`: 0 loudest, 127 silence (RFC 6464). Each packet is a buffer of its own. */
  readonly emit: (packet: Buffer, level: number, voice: boolean) => void;
  readonly onFault: (error: unknown) => void;
}

/** What a caller's sound goes into the room as: LiveKit takes G.711 and Opus, and no G.722. */
export const roomCodecFor = (codec: LegCodec): RoomCodec => (codec === 'G722' ? 'opus' : codec);

/** One of the three ways, seen alike. `isDecoded`: levels come from what `hear` is told. */
interface Way extends Omit<CallerUplink, 'setCodec'> {
  readonly isDecoded: boolean;
  /** Where the caller may change to the other law of G.711. */
  setLaw?(law: G711Law): void;
  place(): StreamPlace;
}

/** Sound at least this loud sets the V bit of RFC 6464. */
const voiceLevel = 50;
const nothing = (): undefined => undefined;

export const createCallerUplink = (options: CallerUplinkOptions): CallerUplink => {
  const { ssrc, roomCodec, emit } = options;
  const payloadType = roomPayloadTypes[roomCodec];
  let codec = options.codec;
  let muted = options.muted;
  /** Of the tick before: packets that pass undecoded have no level of their own. */
  let level = silentLevel;
  const emitDecoded = (packet: Buffer): void => {
    emit(packet, level, level <= voiceLevel);
  };

  const g711Way = (from: G711Law, law: G711Law, start: StreamPlace): Way => {
    const pcm = new Int16Array(g711RateHz / 50);
    let callerLaw = from;
    const uplink = createUplink({
      ssrc,
      initialSequence: start.sequence,
      initialTimestamp: start.timestamp,
      outPayloadType: payloadType,
      codec: from,
      levelOf: (payload, offset, length) => levelOfG711(callerLaw, payload, offset, length),
      emit: (packet, packetLevel, voice) => {
        if (callerLaw !== law) {
          const payload = packet.subarray(rtpHeaderBytes);
          decodeG711(callerLaw, payload, pcm);
          encodeG711(law, pcm, payload);
        }
        emit(packet, packetLevel, voice);
      },
    });
    return {
      ...uplink,
      isDecoded: false,
      hear: nothing,
      close: nothing,
      setLaw: (next) => {
        callerLaw = next;
        uplink.setCodec(next, payloadType);
      },
    };
  };
  const opusWay = (start: StreamPlace): Way => ({
    ...createOpusUplink({ ssrc, payloadType, start, emit: emitDecoded }),
    isDecoded: true,
    hear: nothing,
    close: nothing,
  });
  const pcmWay = (rateHz: 8000 | 16000, start: StreamPlace): Way => ({
    ...createPcmUplink({
      ...{ ssrc, payloadType, start, rateHz },
      codec: roomCodec,
      emit: emitDecoded,
      onFault: options.onFault,
    }),
    isDecoded: true,
    push: nothing,
    flush: nothing,
    anchorAnew: nothing,
  });
  const openWay = (start: StreamPlace): Way => {
    if (isG711(codec) && roomCodec !== 'opus') return g711Way(codec, roomCodec, start);
    if (codec === 'opus' && roomCodec === 'opus') return opusWay(start);
    return pcmWay(soundRateOf(codec), start);
  };

  let way = openWay({ sequence: randomInt(2 ** 15), timestamp: randomInt(2 ** 32) });
  way.setMuted(muted);

  return {
    push: (packet, view, kind, nowMs) => {
      way.push(packet, view, kind, nowMs);
    },
    hear: (frame, nowMs) => {
      // Levels of G.711 are read off its bytes.
      if (!way.isDecoded) return;
      level = frame === undefined ? silentLevel : levelOfPcm(frame);
      way.hear(frame, nowMs);
    },
    flush: (nowMs) => {
      way.flush(nowMs);
    },
    setMuted: (next) => {
      muted = next;
      way.setMuted(next);
    },
    setCodec: (next) => {
      if (next === codec) return;
      codec = next;
      if (isG711(next) && way.setLaw !== undefined) {
        way.setLaw(next);
        return;
      }
      const start = way.place();
      way.close();
      way = openWay(start);
      way.setMuted(muted);
    },
    anchorAnew: () => {
      way.anchorAnew();
    },
    close: () => {
      way.close();
    },
  };
};
