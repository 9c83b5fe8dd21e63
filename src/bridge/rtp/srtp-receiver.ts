/** The streams of a peer, out of SRTP and SRTCP under one master key. RFC 3711 §3.3, §3.4 */
import type { SrtpKey, SrtpSuite } from '../../call/ports/media.ts';
import type { SrtpPacketParts } from './srtp-cipher.ts';
import { createSrtpCiphers } from './srtp-ciphers.ts';
import {
  clearBytesOfRtcp,
  clearBytesOfRtp,
  readUint32,
  srtcpEncryptedFlag,
  srtcpTagAt,
  srtcpWordAt,
  srtcpWordBytes,
} from './srtp-layout.ts';
import { createReplayWindow, type ReplayWindow } from './srtp-replay-window.ts';
import { srtpTransforms } from './srtp-suite.ts';

/**
 * The length of the plain packet, which is then at the front of the same buffer; or why it was
 * dropped, the buffer being as it was. `forged`: the tag does not fit, so it was made or changed
 * by somebody without the key, or under another one.
 */
export type Unprotected = number | 'forged' | 'replayed' | 'malformed';

export interface SrtpReceiver {
  unprotectRtp(packet: Uint8Array): Unprotected;
  unprotectRtcp(packet: Uint8Array): Unprotected;
  /** The highest index of a stream's packets, -1 before the first. */
  highestIndex(ssrc: number): number;
}

/**
 * Streams whose past is kept. To forget one would let its packets be replayed, and only who has the
 * key begins one: beyond this, new ones are not taken.
 */
const defaultMaxStreams = 256;

/** The index nearest to `highest` that ends in these 16 bits; negative where there is none. RFC 3711 §3.3.1 */
export const estimateIndex = (highest: number, sequence: number): number =>
  highest < 0 ? sequence : highest + (((sequence - highest) << 16) >> 16);

const createStreams = (maxStreams: number) => {
  const streams = new Map<number, ReplayWindow>();
  const newcomer = createReplayWindow();
  return {
    /** A stream's window; an empty one where it was not heard of yet. */
    of: (ssrc: number): ReplayWindow => streams.get(ssrc) ?? newcomer,
    take: (ssrc: number, index: number): void => {
      let stream = streams.get(ssrc);
      if (stream === undefined) streams.set(ssrc, (stream = createReplayWindow()));
      stream.take(index);
    },
    isFullFor: (ssrc: number): boolean => streams.size >= maxStreams && !streams.has(ssrc),
  };
};

/**
 * `former`: the receiver of the key before. RFC 3711 goes on counting roll-overs under a new key,
 * most devices begin at 0: both are taken, since only the right one authenticates. `maxStreams`: more
 * for a peer that forwards the streams of many.
 */
export const createSrtpReceiver = (
  suite: SrtpSuite,
  key: SrtpKey,
  former?: Pick<SrtpReceiver, 'highestIndex'>,
  maxStreams = defaultMaxStreams,
): SrtpReceiver => {
  const transform = srtpTransforms[suite];
  const ciphers = createSrtpCiphers(suite, key);
  const rtpStreams = createStreams(maxStreams);
  const rtcpStreams = createStreams(maxStreams);

  const open = (parts: SrtpPacketParts, sequence: number): boolean => {
    const highest = rtpStreams.of(parts.ssrc).highest();
    const openAt = (index: number): boolean => {
      parts.index = index;
      parts.word = Math.floor(index / 65536);
      return ciphers.rtp.open(parts);
    };
    if (openAt(estimateIndex(highest, sequence))) return true;
    if (highest >= 0 || former === undefined) return false;
    const continued = estimateIndex(former.highestIndex(parts.ssrc), sequence);
    return continued >= 65536 && openAt(continued);
  };

  return {
    unprotectRtp: (bytes) => {
      const to = bytes.length - transform.rtpTagBytes;
      const from = clearBytesOfRtp(bytes, to);
      if (from < 0) return 'malformed';
      const ssrc = readUint32(bytes, 8);
      const sequence = (bytes[2]! << 8) | bytes[3]!;
      const stream = rtpStreams.of(ssrc);
      const estimated = estimateIndex(stream.highest(), sequence);
      // Before the tag: a replay costs no more than this look.
      if (estimated < 0 || stream.isReplay(estimated)) return 'replayed';
      if (rtpStreams.isFullFor(ssrc)) return 'malformed';
      const parts = { bytes, from, to, ssrc, index: 0, word: 0, tagAt: to };
      if (!open(parts, sequence)) return 'forged';
      rtpStreams.take(ssrc, parts.index);
      return to;
    },
    unprotectRtcp: (bytes) => {
      const to = bytes.length - transform.rtcpTagBytes - srtcpWordBytes;
      if (to < clearBytesOfRtcp) return 'malformed';
      const ssrc = readUint32(bytes, 4);
      const word = readUint32(bytes, srtcpWordAt(transform, to));
      // We agree on encrypted SRTCP only.
      if (word < srtcpEncryptedFlag) return 'malformed';
      const index = word - srtcpEncryptedFlag;
      if (rtcpStreams.of(ssrc).isReplay(index)) return 'replayed';
      if (rtcpStreams.isFullFor(ssrc)) return 'malformed';
      const tagAt = srtcpTagAt(transform, to);
      const from = clearBytesOfRtcp;
      if (!ciphers.rtcp.open({ bytes, from, to, ssrc, index, word, tagAt })) return 'forged';
      rtcpStreams.take(ssrc, index);
      return to;
    },
    highestIndex: (ssrc) => rtpStreams.of(ssrc).highest(),
  };
};
