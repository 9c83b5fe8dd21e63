/** Where the parts of SRTP and SRTCP packets are: RFC 3711 §3.1, §3.4, RFC 7714 §8.2, §9.2. */
import { rtpHeaderBytes } from './rtp-packet.ts';
import type { SrtpTransform } from './srtp-suite.ts';

export const readUint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;

export const writeUint32 = (out: Uint8Array, at: number, value: number): void => {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
};

/** Header, CSRC list and extension: they stay in the clear. -1 where they run out of `length`. */
export const clearBytesOfRtp = (packet: Uint8Array, length: number): number => {
  if (length < rtpHeaderBytes || packet[0]! >> 6 !== 2) return -1;
  const afterSources = rtpHeaderBytes + (packet[0]! & 0x0f) * 4;
  if ((packet[0]! & 0x10) === 0) return afterSources <= length ? afterSources : -1;
  if (afterSources + 4 > length) return -1;
  const words = (packet[afterSources + 2]! << 8) | packet[afterSources + 3]!;
  const afterExtension = afterSources + 4 + words * 4;
  return afterExtension <= length ? afterExtension : -1;
};

/** The first header of a compound stays in the clear, with the SSRC. */
export const clearBytesOfRtcp = 8;

/** The highest bit of the word with the SRTCP index: the packet is encrypted. */
export const srtcpEncryptedFlag = 0x80000000;
export const srtcpWordBytes = 4;

/** HMAC's tag follows the word with the SRTCP index; GCM's belongs to the ciphertext and precedes it. */
export const srtcpWordAt = ({ kind, rtcpTagBytes }: SrtpTransform, plainBytes: number): number =>
  kind === 'aes-cm' ? plainBytes : plainBytes + rtcpTagBytes;
export const srtcpTagAt = ({ kind }: SrtpTransform, plainBytes: number): number =>
  kind === 'aes-cm' ? plainBytes + srtcpWordBytes : plainBytes;
