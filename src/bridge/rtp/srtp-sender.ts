/** Our stream as SRTP and SRTCP under one master key. RFC 3711 §3.3, §3.4 */
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
  writeUint32,
} from './srtp-layout.ts';
import { estimateIndex } from './srtp-receiver.ts';
import { maxSrtpOverheadBytes, srtpTransforms } from './srtp-suite.ts';

export interface SrtpSender {
  /**
   * The packet protected, in a buffer that the next call uses again. The packets are RTP of one
   * SSRC, in order: then the roll-over counter counts itself. One that is sent again, the very same,
   * may be up to 32,767 packets old.
   */
  protectRtp(packet: Uint8Array): Uint8Array;
  /**
   * The same without a copy: protects the first `plainBytes` of `bytes`, which have room for
   * `maxSrtpOverheadBytes` behind them, and returns how many bytes they are now.
   */
  protectRtpInPlace(bytes: Uint8Array, plainBytes: number): number;
  /** The same for a compound; the buffer is another one. */
  protectRtcp(compound: Uint8Array): Uint8Array;
}

const noBytes = new Uint8Array(0);

const createPacketParts = (): SrtpPacketParts => ({
  bytes: noBytes,
  from: 0,
  to: 0,
  ssrc: 0,
  index: 0,
  word: 0,
  tagAt: 0,
});

/** Copies the packet to where its tag has room too. */
const fill = (parts: SrtpPacketParts, packet: Uint8Array): void => {
  const needed = packet.length + maxSrtpOverheadBytes;
  if (parts.bytes.length < needed) parts.bytes = new Uint8Array(needed * 2);
  parts.bytes.set(packet);
  parts.to = packet.length;
};

export const createSrtpSender = (suite: SrtpSuite, key: SrtpKey): SrtpSender => {
  const transform = srtpTransforms[suite];
  const ciphers = createSrtpCiphers(suite, key);
  const rtp = createPacketParts();
  const rtpInPlace = createPacketParts();
  const rtcp = createPacketParts();
  /** The highest of the packets so far, roll-overs counted; -1 before the first. */
  let highestIndex = -1;
  let nextRtcpIndex = 0;

  const sealRtp = (parts: SrtpPacketParts, plainBytes: number): number => {
    const { bytes } = parts;
    const sequence = (bytes[2]! << 8) | bytes[3]!;
    const index = Math.max(sequence, estimateIndex(highestIndex, sequence));
    highestIndex = Math.max(highestIndex, index);
    parts.from = clearBytesOfRtp(bytes, plainBytes);
    parts.to = parts.tagAt = plainBytes;
    parts.ssrc = readUint32(bytes, 8);
    parts.index = index;
    parts.word = Math.floor(index / 65536);
    ciphers.rtp.seal(parts);
    return plainBytes + transform.rtpTagBytes;
  };

  return {
    protectRtp: (packet) => {
      fill(rtp, packet);
      return rtp.bytes.subarray(0, sealRtp(rtp, packet.length));
    },
    protectRtpInPlace: (bytes, plainBytes) => {
      rtpInPlace.bytes = bytes;
      return sealRtp(rtpInPlace, plainBytes);
    },
    protectRtcp: (compound) => {
      const { length } = compound;
      fill(rtcp, compound);
      rtcp.from = clearBytesOfRtcp;
      rtcp.ssrc = readUint32(compound, 4);
      rtcp.index = nextRtcpIndex;
      rtcp.word = (srtcpEncryptedFlag | nextRtcpIndex) >>> 0;
      rtcp.tagAt = srtcpTagAt(transform, length);
      ciphers.rtcp.seal(rtcp);
      writeUint32(rtcp.bytes, srtcpWordAt(transform, length), rtcp.word);
      nextRtcpIndex = (nextRtcpIndex + 1) % 2 ** 31;
      return rtcp.bytes.subarray(0, length + srtcpWordBytes + transform.rtcpTagBytes);
    },
  };
};
