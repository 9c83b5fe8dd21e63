/** The answer to an offer. RFC 3264 §6 */
import { parseSdp } from './sdp-document.ts';
import { isEncrypted, isOurRtp, isPlain, isSecure, takeSecurity } from './sdp-security.ts';
import {
  chooseFormats,
  describeAnew,
  directionToUs,
  isReachable,
  sessionWith,
  withoutReceiving,
  writtenFormats,
} from './sdp-session.ts';
import { takeSlides } from './sdp-slides.ts';
import { takeVideo } from './sdp-video.ts';
import { writeSdp } from './sdp-writing.ts';
import type { MediaSession } from '../../call/ports/media.ts';
import type { SdpDocument, SdpMedia } from './sdp-document.ts';
import type { Secured } from './sdp-security.ts';
import type { ChosenFormats, LocalMedia, ReachableMedia } from './sdp-session.ts';
import type { WrittenMedia } from './sdp-writing.ts';

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
 * Answers with the first audio m-line we can use, an encrypted one before all others, and one codec;
 * and where we take pictures with the first video m-line that is as good. All other m-lines are refused
 * with port 0, in their order. The answer holds only what was offered, under the offer's payload types.
 */
export const answerOffer = (offerBody: string, local: LocalMedia): SdpAnswer => {
  const offer = parseSdp(offerBody);
  if (!offer) return { ok: false, sipStatus: 400, code: 'sdp/malformed' };
  const taken = takeAudio(offer, local);
  if (!taken) return { ok: false, sipStatus: 488, code: whyNone(offer, local) };
  const { media, formats, secured } = taken;
  const direction = local.hold ? withoutReceiving[directionToUs(media)] : directionToUs(media);
  const sound = sessionWith(media, formats, direction, media.rtcpMux, secured.security);
  const video = takeVideo(offer, local, sound);
  const slides = video && takeSlides(offer, local, sound, [video.media]);
  const written = new Map<SdpMedia, WrittenMedia>([
    [media, acceptedMedia(taken, direction, local)],
    ...(video ? [[video.media, video.written] as const] : []),
    ...(slides?.written ?? []),
  ]);
  const { sdp, sessionVersion } = describeAnew(local, (version) =>
    writeSdp({
      address: local.address,
      sessionId: local.sessionId,
      sessionVersion: version,
      media: offer.media.map((each) => written.get(each) ?? refusedMedia(each)),
      ...bundleOf(offer, media),
    }),
  );
  const session = {
    ...sound,
    ...(video && { video: video.session }),
    ...(slides && { slides: slides.slides, floor: slides.floor }),
  };
  return { ok: true, answer: sdp, session, sessionVersion };
};

interface TakenAudio {
  readonly media: ReachableMedia;
  readonly formats: ChosenFormats;
  readonly secured: Secured;
}

const takeAudio = (offer: SdpDocument, local: LocalMedia): TakenAudio | undefined => {
  const before = local.previous?.session;
  const candidates = offer.media.flatMap((media) => {
    if (!isOurKind(media, local) || media.port === 0 || !isReachable(media)) return [];
    const secured = takeSecurity(media, local.srtp, before, needsCrypto(local));
    const formats = chooseFormats(media, local, before);
    return secured && formats ? [{ media, formats, secured }] : [];
  });
  return candidates.find(({ secured }) => isEncrypted(secured.security)) ?? candidates[0];
};

const isOurKind = (media: SdpMedia, { srtp }: LocalMedia): boolean =>
  media.type === 'audio' && isOurRtp(media, srtp);

/** What is encrypted stays so: a later offer in the clear is a downgrade, whoever wrote it. */
const needsCrypto = ({ srtp, previous }: LocalMedia): boolean =>
  srtp?.policy === 'require' || (previous !== undefined && isEncrypted(previous.session));

const whyNone = (
  offer: SdpDocument,
  local: LocalMedia,
): (SdpAnswer & { readonly ok: false })['code'] => {
  const live = offer.media.filter(({ port, type }) => port > 0 && type === 'audio');
  const ours = live.filter((media) => isOurKind(media, local));
  if (ours.length === 0) return live.some(isSecure) ? 'sdp/secure-media-only' : 'sdp/no-audio';
  const reachable = ours.filter(isReachable);
  if (reachable.length === 0) return 'sdp/unusable-address';
  if (reachable.some((media) => takeSecurity(media, local.srtp, undefined, true)))
    return 'sdp/no-common-codec';
  if (!reachable.some(isPlain)) return 'sdp/no-usable-crypto';
  return needsCrypto(local) ? 'sdp/encryption-required' : 'sdp/no-common-codec';
};

const acceptedMedia = (
  { media, formats: chosen, secured }: TakenAudio,
  direction: MediaSession['direction'],
  local: LocalMedia,
): WrittenMedia => {
  const { formats, ...written } = writtenFormats([chosen]);
  return {
    type: media.type,
    port: local.rtpPort,
    protocol: media.protocol,
    formats,
    mid: media.mid,
    stream: {
      ...written,
      direction,
      rtcpPort: local.rtcpPort,
      rtcpMux: media.rtcpMux,
      packetMs: 20,
      ...secured.written,
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
