/** Our offers, and what the answers to them settle. RFC 3264 §5, §7 */
import { codecOf, ownKeyPayloadType, ownPayloadTypes } from './sdp-audio-codecs.ts';
import { parseSdp } from './sdp-document.ts';
import {
  isEncrypted,
  isOfOneKind,
  isRtp,
  offeredProtocol,
  offerSecurity,
  offerSecurityAgain,
  settleSecurity,
} from './sdp-security.ts';
import {
  chooseFormats,
  describeAnew,
  directionToUs,
  isReachable,
  sessionWith,
  withoutReceiving,
  writtenFormats,
} from './sdp-session.ts';
import { offeredSlides, settleSlides } from './sdp-slides.ts';
import type { OfferedMedia } from './sdp-slides.ts';
import { isSlides } from './sdp-video.ts';
import { offeredStream, settleVideo } from './sdp-video-offer.ts';
import { writeSdp } from './sdp-writing.ts';
import type { MediaDirection, MediaSession } from '../../call/ports/media.ts';
import type { SdpDocument, SdpMedia } from './sdp-document.ts';
import type { AudioCodec, ChosenFormats, LocalMedia } from './sdp-session.ts';
import type { WrittenMedia } from './sdp-writing.ts';

export interface SdpOffer {
  readonly offer: string;
  /** Hand it back with the next exchange of this dialog. */
  readonly sessionVersion: number;
}

/**
 * One audio m-line with our codecs and telephone-event, and where we take pictures one of video, and those
 * of a second stream. Within a dialog (`previous`) what is settled is offered again: same payload types,
 * the same m-lines in their order. RFC 3264 §8
 */
export const createOffer = (local: LocalMedia): SdpOffer => {
  const direction: MediaDirection = local.hold ? 'sendonly' : 'sendrecv';
  const before = local.previous && parseSdp(local.previous.sdp);
  const bundle = before?.bundles[0];
  const audio = before?.media.find((media) => media.port > 0 && media.type === 'audio');
  const slot = local.video && before && videoSlot(before);
  const ours = offeredAudio(local, direction, audio);
  const offered = [
    { slot: audio, written: ours },
    ...(local.video ? offeredPictures(local, local.video, before, slot, ours.protocol) : []),
  ];
  const again = before?.media.map(
    (media) => offered.find((each) => each.slot === media)?.written ?? switchedOff(media),
  );
  const further = offered.filter((each) => each.slot === undefined);
  const { sdp, sessionVersion } = describeAnew(local, (version) =>
    writeSdp({
      address: local.address,
      sessionId: local.sessionId,
      sessionVersion: version,
      media: [...(again ?? []), ...further.map(({ written }) => written)],
      ...(bundle && { bundle }),
    }),
  );
  return { offer: sdp, sessionVersion };
};

/** The camera's, and the second stream's where there is one. */
const offeredPictures = (
  local: LocalMedia,
  ports: NonNullable<LocalMedia['video']>,
  before: SdpDocument | undefined,
  slot: SdpMedia | undefined,
  protocol: string,
): readonly OfferedMedia[] => {
  const settled = local.previous?.session.video;
  const camera = offeredStream(local, { ports, settled, slot, protocol });
  return [{ slot, written: camera }, ...offeredSlides(local, before, slot, protocol)];
};

/** The m-line of the camera, or one that was switched off and may be used anew. RFC 3264 §8.1 */
const videoSlot = ({ media }: SdpDocument): SdpMedia | undefined => {
  const lines = media.filter((each) => each.type === 'video' && !isSlides(each));
  return lines.find(({ port }) => port > 0) ?? lines[0];
};

const offeredAudio = (
  local: LocalMedia,
  direction: MediaDirection,
  before: SdpMedia | undefined,
): WrittenMedia => {
  const settled = local.previous?.session;
  const chosen: readonly ChosenFormats[] = settled
    ? [settled]
    : local.codecs.map((codec) => ({
        codec,
        payloadType: ownPayloadTypes[codec],
        telephoneEventPayloadType: ownKeyPayloadType(codec),
        comfortNoisePayloadType: undefined,
      }));
  const { formats, ...written } = writtenFormats(chosen);
  return {
    type: 'audio',
    port: local.rtpPort,
    protocol: before?.protocol ?? offeredProtocol(local.srtp),
    formats,
    mid: before?.mid,
    stream: {
      ...written,
      direction,
      rtcpPort: local.rtcpPort,
      rtcpMux: settled?.rtcpMux ?? false,
      packetMs: 20,
      ...(settled ? offerSecurityAgain(local.srtp, settled, before) : offerSecurity(local.srtp)),
    },
  };
};

const switchedOff = ({ type, protocol, formats, mid }: SdpMedia): WrittenMedia => ({
  type,
  port: 0,
  protocol,
  formats,
  mid,
});

export type AppliedAnswer =
  | { readonly ok: true; readonly session: MediaSession }
  | {
      readonly ok: false;
      readonly code:
        | 'sdp/malformed'
        | 'sdp/answer-mismatch'
        | 'sdp/refused'
        | 'sdp/no-common-codec'
        | 'sdp/unusable-address'
        | 'sdp/crypto-mismatch';
    };

/**
 * The session that `answerBody` makes of our `offer`. An answer that does not fit it is refused, and
 * one in the clear where `needsCrypto`. Pictures that do not fit are left out.
 */
export const applyAnswer = (
  offer: string,
  answerBody: string,
  { needsCrypto = false }: { readonly needsCrypto?: boolean } = {},
): AppliedAnswer => {
  const offered = parseSdp(offer)?.media ?? [];
  const answer = parseSdp(answerBody);
  if (!answer) return { ok: false, code: 'sdp/malformed' };
  const answered = answer.media;
  const at = offered.findIndex((media) => isLive(media, 'audio'));
  const [ours, media] = [offered[at], answered[at]];
  // RFC 3264 §6: as many m-lines as were offered, in their order.
  if (!ours || answered.length !== offered.length || media?.type !== ours.type) {
    return { ok: false, code: 'sdp/answer-mismatch' };
  }
  if (media.port === 0) return { ok: false, code: 'sdp/refused' };
  if (!isReachable(media)) return { ok: false, code: 'sdp/unusable-address' };
  // Some answer our payload types without repeating what they mean.
  const mappings = new Map([...ours.mappings, ...media.mappings]);
  const formats = chooseFormats({ ...media, mappings }, { codecs: codecsOf(ours) });
  if (!isOfOneKind(media, ours) || !formats) return { ok: false, code: 'sdp/no-common-codec' };
  const security = settleSecurity(ours, media, needsCrypto);
  if (security === undefined) return { ok: false, code: 'sdp/crypto-mismatch' };
  const sending = directionToUs(media);
  const direction = ours.direction === 'sendonly' ? withoutReceiving[sending] : sending;
  const rtcpMux = ours.rtcpMux && media.rtcpMux;
  const session = sessionWith(media, formats, direction, rtcpMux, security);
  const mustEncrypt = needsCrypto || isEncrypted(session);
  const video = picturesIn(offered, answer, mustEncrypt);
  const second = video && settleSlides(offered, answer, session, mustEncrypt);
  return { ok: true, session: { ...session, ...(video && { video }), ...second } };
};

const picturesIn = (
  offered: readonly SdpMedia[],
  answer: SdpDocument,
  needsCrypto: boolean,
): MediaSession['video'] => {
  const at = offered.findIndex((media) => isLive(media, 'video') && !isSlides(media));
  const [ours, media] = [offered[at], answer.media[at]];
  return ours && media?.type === 'video'
    ? settleVideo(ours, media, answer, needsCrypto)
    : undefined;
};

const isLive = (media: SdpMedia, type: 'audio' | 'video'): boolean =>
  media.type === type && media.port > 0 && isRtp(media);

const codecsOf = (media: SdpMedia): readonly AudioCodec[] =>
  [...media.mappings.values()].flatMap((mapping) => codecOf(mapping) ?? []);
