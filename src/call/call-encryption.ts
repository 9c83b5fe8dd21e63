/** What is said of a call's encryption as more of it becomes known. */
import type { AnsweredMedia, LegEvent } from './ports/sip-engine.ts';

/**
 * Keys in the SDP are no secret unless the signalling was encrypted too (RFC 4568 §7); those of a
 * handshake never travel.
 */
export const withSrtp = (
  media: AnsweredMedia,
  { keys, suite }: Extract<LegEvent, { type: 'srtp-settled' }>,
): AnsweredMedia => {
  const { security } = media;
  if (security === undefined) return media;
  return {
    ...media,
    encrypted: keys === 'dtls' || security.signalling === 'tls',
    security: { ...security, media: 'srtp', keys, suite },
  };
};
