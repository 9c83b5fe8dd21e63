import type { SrtpKey, SrtpSuite } from '../../call/ports/media.ts';
import { createAesCmCipher, createAesGcmCipher, type SrtpCipher } from './srtp-cipher.ts';
import { deriveSrtpKeys } from './srtp-key-derivation.ts';
import { srtpTransforms } from './srtp-suite.ts';

/** The ciphers of a suite for both kinds of packets, each with its own session keys. */
export const createSrtpCiphers = (
  suite: SrtpSuite,
  key: SrtpKey,
): Readonly<Record<'rtp' | 'rtcp', SrtpCipher>> => {
  const { kind, rtpTagBytes, rtcpTagBytes } = srtpTransforms[suite];
  const rtp = deriveSrtpKeys(key, 'rtp');
  const rtcp = deriveSrtpKeys(key, 'rtcp');
  return kind === 'aes-cm'
    ? { rtp: createAesCmCipher(rtp, rtpTagBytes), rtcp: createAesCmCipher(rtcp, rtcpTagBytes) }
    : {
        rtp: createAesGcmCipher(rtp, rtpTagBytes, 'rtp'),
        rtcp: createAesGcmCipher(rtcp, rtcpTagBytes, 'rtcp'),
      };
};
