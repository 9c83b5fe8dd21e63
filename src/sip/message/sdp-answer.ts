/** The answer to an offer. RFC 3264 §6 */
import { takeCrypto, writeCryptoLine } from './sdp-crypto.ts';
import { takeDtls } from './sdp-dtls.ts';
import { parseSdp, writeSdp } from './sdp-document.ts';
import {
  chooseFormats,
  describeAnew,
  directionToUs,
  isDtlsAudio,
  isEncrypted,
  isKeyedAudio,
  isPlainAudio,
  isReachable,
  isSecureAudio,
  sessionWith,
  withoutReceiving,
  writtenFormats,
} from './sdp-session.ts';
import type { MediaSession } from '../../call/ports/media.ts';
import type { SdpDocument, SdpMedia, WrittenMedia } from './sdp-document.ts';
import type { ChosenFormats, LocalMedia, MediaSecurity, ReachableMedia } from './sdp-session.ts';

export type SdpAnswer =
  | {
      readonly ok: true;
      readonly answer: string;
      readonly session: MediaSession;
      /** Hand it back with the next exchange of this dialog. */
      readonly sessionVersion: number;
    }
  | {
      readonly ok: false;
      readonly sipStatus: 400 | 488;
      readonly code:
        | 'sdp/malformed'
        | 'sdp/no-audio'
        | 'sdp/no-common-codec'
        | 'sdp/secure-media-only'
        | 'sdp/no-usable-crypto'
        | 'sdp/encryption-required'
        | 'sdp/unusable-address';
    };

/**
 * Answers with the first audio m-line we can use, an encrypted one before all others, and one codec; all other m-lines are refused with
 * port 0, in their order. The answer holds only what was offered, under the offer's payload types.
 */
export const answerOffer = (offerBody: string, local: LocalMedia): SdpAnswer => {
  const offer = parseSdp(offerBody);
  if (!offer) return { ok: false, sipStatus: 400, code: 'sdp/malformed' };
  const taken = takeAudio(offer, local);
  if (!taken) return { ok: false, sipStatus: 488, code: whyNone(offer, local) };
  const { media, formats, secured } = taken;
  const direction = local.hold ? withoutReceiving[directionToUs(media)] : directionToUs(media);
  const { sdp, sessionVersion } = describeAnew(local, (version) =>
    writeSdp({
      address: local.address,
      sessionId: local.sessionId,
      sessionVersion: version,
      media: offer.media.map((each) =>
        each === media ? acceptedMedia(taken, direction, local) : refusedMedia(each),
      ),
      ...bundleOf(offer, media),
    }),
  );
  const session = sessionWith(media, formats, direction, media.rtcpMux, secured?.security ?? {});
  return { ok: true, answer: sdp, session, sessionVersion };
};

type WrittenSecurity = Pick<NonNullable<WrittenMedia['audio']>, 'crypto' | 'dtls'>;

interface Secured {
  readonly security: MediaSecurity;
  /** For the answer. */
  readonly written: WrittenSecurity;
}

interface TakenAudio {
  readonly media: ReachableMedia;
  readonly formats: ChosenFormats;
  readonly secured: Secured | undefined;
}

const takeAudio = (offer: SdpDocument, local: LocalMedia): TakenAudio | undefined => {
  const candidates = offer.media.flatMap((media) => {
    if (!isOurKind(media, local) || media.port === 0 || !isReachable(media)) return [];
    const secured = securityFor(media, local);
    if (secured === undefined && (!isPlainAudio(media) || needsCrypto(local))) return [];
    const formats = chooseFormats(media, local, local.previous?.session);
    return formats ? [{ media, formats, secured }] : [];
  });
  return candidates.find(({ secured }) => secured !== undefined) ?? candidates[0];
};

const isOurKind = (media: SdpMedia, { srtp }: LocalMedia): boolean =>
  isPlainAudio(media) ||
  ((isKeyedAudio(media) || isDtlsAudio(media)) && srtp !== undefined && srtp.policy !== 'off');

/** Keys that never travel come before those in the SDP, where both are offered. */
const securityFor = (media: SdpMedia, { srtp, previous }: LocalMedia): Secured | undefined => {
  const handshake = takeDtls(media, srtp, previous?.session.dtls);
  if (handshake !== undefined) {
    return { security: { dtls: handshake.dtls }, written: { dtls: handshake.line } };
  }
  if (isDtlsAudio(media)) return undefined;
  const keys = takeCrypto(media.crypto, srtp, previous?.session.crypto);
  return (
    keys && {
      security: { crypto: keys.crypto },
      written: { crypto: [writeCryptoLine(keys.line)] },
    }
  );
};

/** What is encrypted stays so: a later offer in the clear is a downgrade, whoever wrote it. */
const needsCrypto = ({ srtp, previous }: LocalMedia): boolean =>
  srtp?.policy === 'require' || (previous !== undefined && isEncrypted(previous.session));

const whyNone = (
  offer: SdpDocument,
  local: LocalMedia,
): (SdpAnswer & { readonly ok: false })['code'] => {
  const live = offer.media.filter(({ port }) => port > 0);
  const ours = live.filter((media) => isOurKind(media, local));
  if (ours.length === 0) return live.some(isSecureAudio) ? 'sdp/secure-media-only' : 'sdp/no-audio';
  const reachable = ours.filter(isReachable);
  if (reachable.length === 0) return 'sdp/unusable-address';
  if (reachable.some((media) => securityFor(media, local))) return 'sdp/no-common-codec';
  if (!reachable.some(isPlainAudio)) return 'sdp/no-usable-crypto';
  return needsCrypto(local) ? 'sdp/encryption-required' : 'sdp/no-common-codec';
};

const acceptedMedia = (
  { media, formats: chosen, secured }: TakenAudio,
  direction: MediaSession['direction'],
  local: LocalMedia,
): WrittenMedia => {
  const { formats, mappings } = writtenFormats([chosen]);
  return {
    type: media.type,
    port: local.rtpPort,
    protocol: media.protocol,
    formats,
    mid: media.mid,
    audio: {
      mappings,
      telephoneEventPayloadType: chosen.telephoneEventPayloadType,
      direction,
      rtcpPort: local.rtcpPort,
      rtcpMux: media.rtcpMux,
      ...secured?.written,
    },
  };
};

const refusedMedia = ({ type, protocol, formats, mid }: SdpMedia): WrittenMedia => ({
  type,
  port: 0,
  protocol,
  formats,
  mid,
});

/** A refused m-line leaves its BUNDLE group; the group goes on with what remains. RFC 9143 §7.3 */
const bundleOf = (offer: SdpDocument, media: SdpMedia): { readonly bundle?: readonly string[] } => {
  const { mid } = media;
  if (mid === undefined || !offer.bundles.some((group) => group.includes(mid))) return {};
  return { bundle: [mid] };
};
