import type { SrtpSuite } from '../../call/ports/media.ts';

/** What a crypto suite does to a packet. Key and salt lengths are those of the keys themselves. */
export interface SrtpTransform {
  readonly kind: 'aes-cm' | 'aes-gcm';
  /** Of the tag that ends an SRTP packet. */
  readonly rtpTagBytes: number;
  /** Of an SRTCP packet's: never the short one, RFC 4568 §6.2.2. */
  readonly rtcpTagBytes: number;
}

/** RFC 4568 §6.2, RFC 6188 §4, RFC 7714 §14.1. */
export const srtpTransforms: Readonly<Record<SrtpSuite, SrtpTransform>> = {
  AES_CM_128_HMAC_SHA1_80: { kind: 'aes-cm', rtpTagBytes: 10, rtcpTagBytes: 10 },
  AES_CM_128_HMAC_SHA1_32: { kind: 'aes-cm', rtpTagBytes: 4, rtcpTagBytes: 10 },
  AES_256_CM_HMAC_SHA1_80: { kind: 'aes-cm', rtpTagBytes: 10, rtcpTagBytes: 10 },
  AEAD_AES_128_GCM: { kind: 'aes-gcm', rtpTagBytes: 16, rtcpTagBytes: 16 },
  AEAD_AES_256_GCM: { kind: 'aes-gcm', rtpTagBytes: 16, rtcpTagBytes: 16 },
};

/** The longest tag with the SRTCP index: what a packet may grow by. */
export const maxSrtpOverheadBytes = 20;
