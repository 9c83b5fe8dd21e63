/** What a leg may say of its sound. */
import type { MediaSession } from '../../call/ports/media.ts';
import type { AnsweredMedia, LegSecurity, SrtpKeys } from '../../call/ports/sip-engine.ts';
import type { LocalSrtp } from '../message/sdp-crypto.ts';

/**
 * What is certain of a leg's sound. Keys in the SDP are no secret unless the signalling was
 * encrypted too (RFC 4568 §7); those of a handshake never travel. Where our offer went into the 200,
 * nobody has answered it yet.
 */
export const answeredMedia = (
  session: MediaSession | undefined,
  codec: string,
  signalling: LegSecurity['signalling'],
  srtp: LocalSrtp | undefined,
): AnsweredMedia => {
  const suite = session?.crypto?.suite;
  const keys = session === undefined ? undefined : keysOf(session);
  const isSrtp = session === undefined ? srtp?.policy === 'require' : keys !== undefined;
  return {
    codec,
    ...(session?.video !== undefined && { video: true }),
    encrypted: isSrtp && (signalling === 'tls' || keys === 'dtls'),
    security: {
      signalling,
      media: isSrtp ? 'srtp' : 'rtp',
      ...(keys && { keys }),
      ...(suite && { suite }),
    },
  };
};

const keysOf = ({ dtls, crypto }: MediaSession): SrtpKeys | undefined => {
  if (dtls !== undefined) return 'dtls';
  return crypto === undefined ? undefined : 'sdes';
};
