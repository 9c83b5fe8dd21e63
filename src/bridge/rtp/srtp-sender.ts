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
import { maxSrtpOverheadBytes, srtpTransforms } from './srtp-suite.ts';

export interface SrtpSender {
  /**
   * The packet protected, in a buffer that the next call uses again. The packets are RTP of one
   * SSRC, in order: then the roll-over counter counts itself.
   */
  protectRtp(packet: Uint8Array): Uint8Array;
  /** The same for a compound; the buffer is another one. */
  protectRtcp(compound: Uint8Array): Uint8Array;
}

const createPacketParts = (): SrtpPacketParts => ({
  bytes: new Uint8Array(512),
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
  const rtcp = createPacketParts();
  let rollOverCounter = 0;
  let lastSequence = 0;
  let nextRtcpIndex = 0;

  return {
    protectRtp: (packet) => {
      const sequence = (packet[2]! << 8) | packet[3]!;
      if (sequence < lastSequence) rollOverCounter += 1;
      lastSequence = sequence;
      fill(rtp, packet);
      rtp.from = clearBytesOfRtp(packet, packet.length);
      rtp.ssrc = readUint32(packet, 8);
      rtp.index = rollOverCounter * 65536 + sequence;
      rtp.word = rollOverCounter;
      rtp.tagAt = packet.length;
      ciphers.rtp.seal(rtp);
      return rtp.bytes.subarray(0, packet.length + transform.rtpTagBytes);
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
