/** The offer/answer exchanges of one leg: what was settled last, and what is offered next. RFC 3264 */
import type { MediaSession } from '../../call/ports/media.ts';
import { answerOffer } from '../message/sdp-answer.ts';
import { applyAnswer, createOffer } from '../message/sdp-offer.ts';
import type { LocalSrtp } from '../message/sdp-crypto.ts';
import { isEncrypted } from '../message/sdp-security.ts';
import type { AudioCodec, LocalMedia } from '../message/sdp-session.ts';

export interface MediaNegotiation {
  /** Our answer to the peer's offer, or the status that refuses it. */
  answer(
    offer: string,
  ):
    | { readonly ok: true; readonly sdp: string; readonly session: MediaSession }
    | { readonly ok: false; readonly sipStatus: 400 | 488 };
  /** Our offer: for an INVITE that brought none. */
  offer(): string;
  /** The session that the answer to our last offer makes; undefined where it does not fit. */
  settle(answer: string): MediaSession | undefined;
  /** A refresh of the session offers this description of what is settled, one version on. */
  describedAnew(sdp: string): void;
  /** What was settled last. */
  readonly session: MediaSession | undefined;
}

export interface LocalPorts {
  readonly address: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** Of the pictures, as they are now; undefined: none. */
  readonly video?: (() => LocalMedia['video']) | undefined;
  /** Of a second stream, as they are now; undefined: none. */
  readonly slides?: (() => LocalMedia['slides']) | undefined;
  readonly codecs: readonly AudioCodec[];
  /** Our order of them counts in answers too. */
  readonly keepsOwnOrder?: boolean | undefined;
  readonly sessionId: string;
  readonly srtp?: LocalSrtp | undefined;
  /** Of the media leg's certificate for DTLS-SRTP. */
  readonly dtlsFingerprint?: LocalSrtp['fingerprint'];
}

export const createMediaNegotiation = (local: LocalPorts): MediaNegotiation => {
  let sessionVersion = 1;
  let previous: { readonly sdp: string; readonly session: MediaSession } | undefined;
  let openOffer: string | undefined;
  const srtp = local.srtp && { ...local.srtp, fingerprint: local.dtlsFingerprint };
  const described = (): LocalMedia => ({
    ...local,
    srtp,
    video: local.video?.(),
    slides: local.slides?.(),
    sessionVersion,
    ...(previous && { previous }),
  });
  return {
    answer: (offer) => {
      const result = answerOffer(offer, described());
      if (!result.ok) return { ok: false, sipStatus: result.sipStatus };
      previous = { sdp: result.answer, session: result.session };
      sessionVersion = result.sessionVersion;
      return { ok: true, sdp: result.answer, session: result.session };
    },
    offer: () => {
      const made = createOffer(described());
      sessionVersion = made.sessionVersion;
      openOffer = made.offer;
      return made.offer;
    },
    settle: (answer) => {
      const needsCrypto = previous !== undefined && isEncrypted(previous.session);
      const applied =
        openOffer === undefined ? undefined : applyAnswer(openOffer, answer, { needsCrypto });
      if (openOffer === undefined || applied?.ok !== true) return undefined;
      previous = { sdp: openOffer, session: applied.session };
      openOffer = undefined;
      return applied.session;
    },
    describedAnew: (sdp) => {
      sessionVersion += 1;
      if (previous) previous = { sdp, session: previous.session };
    },
    get session() {
      return previous?.session;
    },
  };
};
