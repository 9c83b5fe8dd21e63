import { answerOffer } from '../message/sdp-answer.ts';
import type { LocalMedia } from '../message/sdp-session.ts';

/** Enough to see what would be taken. */
const trial = { address: '127.0.0.1', rtpPort: 9, rtcpPort: 9, sessionId: '1', sessionVersion: 1 };
const anyFingerprint = {
  algorithm: 'sha-256',
  digest: Array.from({ length: 32 }, () => '00').join(':'),
} as const;

/**
 * Whether a caller's sound can be encrypted by DTLS-SRTP alone, which is the media worker's: with
 * FreeSWITCH keys are agreed on in SDP.
 */
export const needsHandshake = (
  offer: string,
  local: Required<Pick<LocalMedia, 'codecs' | 'srtp'>>,
): boolean => {
  const { srtp } = local;
  if (srtp === undefined) return false;
  const byKeys = answerOffer(offer, { ...trial, ...local });
  if (byKeys.ok && byKeys.session.crypto !== undefined) return false;
  const fingerprint = { ...srtp, fingerprint: anyFingerprint };
  const byHandshake = answerOffer(offer, { ...trial, ...local, srtp: fingerprint });
  return byHandshake.ok && byHandshake.session.dtls !== undefined;
};
