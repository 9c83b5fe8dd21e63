import { answerOffer } from '../message/sdp-answer.ts';
import type { LocalMedia } from '../message/sdp-session.ts';

type LocalAbilities = Required<Pick<LocalMedia, 'codecs' | 'srtp'>>;

/** Enough to see what would be taken. */
const trial = { address: '127.0.0.1', rtpPort: 9, rtcpPort: 9, sessionId: '1', sessionVersion: 1 };
const anyFingerprint = {
  algorithm: 'sha-256',
  digest: Array.from({ length: 32 }, () => '00').join(':'),
} as const;

/** Keys are agreed on by DTLS or not at all: with FreeSWITCH they stand in the SDP. */
const needsHandshake = (offer: string, local: LocalAbilities): boolean => {
  const { srtp } = local;
  if (srtp === undefined) return false;
  const byKeys = answerOffer(offer, { ...trial, ...local });
  if (byKeys.ok && byKeys.session.crypto !== undefined) return false;
  const fingerprint = { ...srtp, fingerprint: anyFingerprint };
  const byHandshake = answerOffer(offer, { ...trial, ...local, srtp: fingerprint });
  return byHandshake.ok && byHandshake.session.dtls !== undefined;
};

/**
 * Whether the sound of a call is to be encrypted in a way that is the media worker's alone. So is
 * each offer of ours that has keys: FreeSWITCH wants its channel answered before the other side has,
 * and then neither changes the suite nor keeps the key that it offered.
 *
 * @param offer undefined: we make it
 */
export const isBeyondFreeSwitch = (offer: string | undefined, local: LocalAbilities): boolean =>
  offer === undefined
    ? local.srtp !== undefined && local.srtp.policy !== 'off'
    : needsHandshake(offer, local);
