/** The answer to an offer. RFC 3264 §6 */
import { parseSdp, writeSdp } from './sdp-document.ts';
import {
  chooseFormats,
  describeAnew,
  directionToUs,
  isPlainAudio,
  isReachable,
  isSecureAudio,
  sessionWith,
  withoutReceiving,
  writtenFormats,
} from './sdp-session.ts';
import type { MediaSession } from '../../call/ports.ts';
import type { SdpDocument, SdpMedia, WrittenMedia } from './sdp-document.ts';
import type { ChosenFormats, LocalMedia, ReachableMedia } from './sdp-session.ts';

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
        | 'sdp/unusable-address';
    };

/**
 * Answers with the first audio m-line we can use and one codec; all other m-lines are refused with
 * port 0, in their order. The answer holds only what was offered, under the offer's payload types.
 */
export const answerOffer = (offerBody: string, local: LocalMedia): SdpAnswer => {
  const offer = parseSdp(offerBody);
  if (!offer) return { ok: false, sipStatus: 400, code: 'sdp/malformed' };
  const taken = takeAudio(offer, local);
  if (!taken) return { ok: false, sipStatus: 488, code: whyNone(offer) };
  const { media, formats } = taken;
  const direction = local.hold ? withoutReceiving[directionToUs(media)] : directionToUs(media);
  const { sdp, sessionVersion } = describeAnew(local, (version) =>
    writeSdp({
      address: local.address,
      sessionId: local.sessionId,
      sessionVersion: version,
      media: offer.media.map((each) =>
        each === media ? acceptedMedia(media, formats, direction, local) : refusedMedia(each),
      ),
      ...bundleOf(offer, media),
    }),
  );
  const session = sessionWith(media, formats, direction, media.rtcpMux);
  return { ok: true, answer: sdp, session, sessionVersion };
};

const takeAudio = (
  offer: SdpDocument,
  local: LocalMedia,
): { readonly media: ReachableMedia; readonly formats: ChosenFormats } | undefined => {
  for (const media of offer.media) {
    if (!isPlainAudio(media) || media.port === 0 || !isReachable(media)) continue;
    const formats = chooseFormats(media, local.codecs, local.previous?.session);
    if (formats) return { media, formats };
  }
  return undefined;
};

const whyNone = (offer: SdpDocument): (SdpAnswer & { readonly ok: false })['code'] => {
  const live = offer.media.filter(({ port }) => port > 0);
  const plain = live.filter(isPlainAudio);
  if (plain.some(isReachable)) return 'sdp/no-common-codec';
  if (plain.length > 0) return 'sdp/unusable-address';
  return live.some(isSecureAudio) ? 'sdp/secure-media-only' : 'sdp/no-audio';
};

const acceptedMedia = (
  media: SdpMedia,
  chosen: ChosenFormats,
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
