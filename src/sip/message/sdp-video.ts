/** The m-line of pictures: one is taken of an offer, one is offered, one is settled. RFC 6184, RFC 3264 */
import type { MediaDirection, MediaSession, VideoSession } from '../../call/ports/media.ts';
import { parseSdp } from './sdp-document.ts';
import type { SdpDocument, SdpMedia } from './sdp-document.ts';
import { offeredFeedback, takeFeedback } from './sdp-feedback.ts';
import {
  chooseH264,
  h264Formats,
  h264Parameters,
  ourFormats,
  shownProfileLevelId,
  takenProfileLevelId,
} from './sdp-h264.ts';
import type { H264Format, H264InUse } from './sdp-h264.ts';
import { attributes } from './sdp-sections.ts';
import {
  isEncrypted,
  isOfOneKind,
  isOurRtp,
  offerSecurity,
  offerSecurityAgain,
  offerSecurityBeside,
  settleSecurity,
  takeSecurity,
} from './sdp-security.ts';
import type { Secured, WrittenSecurity } from './sdp-security.ts';
import { directionToUs, isReachable, remoteOf, withoutReceiving } from './sdp-session.ts';
import type { LocalMedia, ReachableMedia } from './sdp-session.ts';
import type { WrittenMedia } from './sdp-writing.ts';

/** A room in 720p, and little enough for those who see it in a browser. */
const pictureKbps = 2_500;

export interface TakenVideo {
  readonly media: SdpMedia;
  readonly session: VideoSession;
  /** For the answer. */
  readonly written: WrittenMedia;
}

/** Whether there are pictures in an offer that we could take: worth a second pair of ports. */
export const offersVideo = (offerBody: string): boolean =>
  parseSdp(offerBody)?.media.some((media) => isPeople(media) && h264Formats(media).length > 0) ??
  false;

/** The first video m-line in which we have something; an encrypted one before all others. */
export const takeVideo = (
  offer: SdpDocument,
  local: LocalMedia,
  sound: MediaSession,
): TakenVideo | undefined =>
  local.video &&
  takeStream(offer, local, sound, {
    ports: local.video,
    before: local.previous?.session.video,
    isIt: isPeople,
  });

export interface WantedStream {
  readonly ports: VideoPorts;
  readonly before: VideoSession | undefined;
  readonly isIt: (media: SdpMedia) => boolean;
}

/** As `takeVideo`, for any stream of pictures. */
export const takeStream = (
  offer: SdpDocument,
  local: LocalMedia,
  sound: MediaSession,
  { ports, before, isIt }: WantedStream,
): TakenVideo | undefined => {
  const isKept = before !== undefined && isEncrypted(before);
  // Pictures are never less protected than the sound beside them.
  const mustEncrypt = isKept || isEncrypted(sound) || local.srtp?.policy === 'require';
  const candidates = offer.media.flatMap((media): readonly Candidate[] => {
    if (!isIt(media) || !isOurRtp(media, local.srtp) || !isReachable(media)) return [];
    // One transport for both is what only BUNDLE knows, and we don't.
    if (media.port === sound.remotePort && media.address === sound.remoteAddress) return [];
    const secured = takeSecurity(media, local.srtp, before, mustEncrypt);
    const format = chooseH264(h264Formats(media), inUse(before));
    return secured && format ? [{ media, format, secured }] : [];
  });
  const taken = candidates.find(({ secured }) => isEncrypted(secured.security)) ?? candidates[0];
  return taken && answered(taken, local, ports, offer);
};

/** The camera's m-line, switched on. Shared screens have one of their own. RFC 4796 */
const isPeople = (media: SdpMedia): boolean =>
  media.type === 'video' &&
  media.port > 0 &&
  (attributes(media.lines, 'content')[0] ?? 'main').split(',').includes('main');

/** The m-line of slides, switched on, in something that we have. */
export const isSlides = (media: SdpMedia): boolean =>
  media.type === 'video' &&
  media.port > 0 &&
  (attributes(media.lines, 'content')[0] ?? '').split(',').includes('slides') &&
  h264Formats(media).length > 0;

const inUse = (before: VideoSession | undefined): H264InUse | undefined =>
  before && { ...before, profileLevelId: before.localProfileLevelId };

type VideoPorts = NonNullable<LocalMedia['video']>;

interface Candidate {
  readonly media: ReachableMedia;
  readonly format: H264Format;
  readonly secured: Secured;
}

const answered = (
  { media, format, secured }: Candidate,
  local: LocalMedia,
  ports: VideoPorts,
  offer: SdpDocument,
): TakenVideo => {
  const { feedback, lines } = takeFeedback(media, format.payloadType);
  const direction = local.hold ? withoutReceiving[directionToUs(media)] : directionToUs(media);
  const { rtcpMux } = media;
  const localProfileLevelId = takenProfileLevelId(format);
  const session = {
    ...saidOf(media, format, offer),
    ...remoteOf(media, rtcpMux),
    ...secured.security,
    feedback,
    localProfileLevelId,
    direction,
  };
  const written = writtenVideo(media, ports, {
    formats: [{ ...format, profileLevelId: localProfileLevelId }],
    hasOwnLevels: format.hasOwnLevels,
    feedback: lines,
    direction,
    rtcpMux,
    security: secured.written,
  });
  return { media, session, written };
};

/** What the peer's m-line says of its pictures. */
const saidOf = (media: SdpMedia, format: H264Format, { lines }: SdpDocument) => ({
  codec: 'H264' as const,
  payloadType: format.payloadType,
  packetizationMode: format.packetizationMode,
  remoteProfileLevelId: shownProfileLevelId(format),
  remoteParameterSets: format.parameterSets,
  maxBitrateKbps: bandwidthIn(media.lines) ?? bandwidthIn(lines),
});

/** TIAS is exact, AS has the headers in it. RFC 3890 §6, RFC 8866 §5.8 */
const bandwidthIn = (lines: readonly string[]): number | undefined => {
  const limitOf = (type: string): number | undefined => {
    const line = lines.find((each) => each.startsWith(`b=${type}:`));
    const text = line?.slice(type.length + 3) ?? '';
    return /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : undefined;
  };
  const exact = limitOf('TIAS');
  return exact === undefined ? limitOf('AS') : Math.max(1, Math.floor(exact / 1000));
};

interface SaidVideo {
  readonly formats: readonly H264InUse[];
  readonly hasOwnLevels: boolean;
  readonly feedback: readonly string[];
  readonly direction: MediaDirection;
  readonly rtcpMux: boolean;
  readonly security: WrittenSecurity;
}

const writtenVideo = (
  { protocol, mid }: Pick<SdpMedia, 'protocol'> & Partial<Pick<SdpMedia, 'mid'>>,
  ports: VideoPorts,
  said: SaidVideo,
): WrittenMedia => ({
  type: 'video',
  port: ports.rtpPort,
  protocol,
  formats: said.formats.map(({ payloadType }) => String(payloadType)),
  mid,
  stream: {
    mappings: new Map(
      said.formats.map(({ payloadType }) => [
        payloadType,
        { codec: 'H264', clockRateHz: 90_000, channels: 1 },
      ]),
    ),
    parameters: new Map(
      said.formats.map((each) => [each.payloadType, h264Parameters(each, said.hasOwnLevels)]),
    ),
    direction: said.direction,
    rtcpPort: ports.rtcpPort,
    rtcpMux: said.rtcpMux,
    feedback: said.feedback,
    maxBitrateKbps: pictureKbps,
    ...said.security,
  },
});

// ---------------------------------------------------------------- our offers

/**
 * Our m-line for pictures: what is settled once more as it was said in `slot`, our line of before, or
 * all that we have, protected as the sound is.
 */
export const offeredVideo = (
  local: LocalMedia,
  ports: VideoPorts,
  slot: SdpMedia | undefined,
  protocol: string,
): WrittenMedia => {
  const { srtp, previous } = local;
  const direction = local.hold ? 'sendonly' : 'sendrecv';
  const settled = previous?.session.video;
  if (settled === undefined || slot === undefined || slot.port === 0) {
    return writtenVideo({ protocol, mid: slot?.mid }, ports, {
      formats: ourFormats,
      hasOwnLevels: true,
      feedback: offeredFeedback,
      direction,
      rtcpMux: false,
      security: previous ? offerSecurityBeside(srtp, previous.session) : offerSecurity(srtp),
    });
  }
  const { payloadType, packetizationMode, localProfileLevelId: profileLevelId } = settled;
  return writtenVideo(slot, ports, {
    formats: [{ payloadType, packetizationMode, profileLevelId }],
    hasOwnLevels: h264Formats(slot).some((format) => format.hasOwnLevels),
    feedback: attributes(slot.lines, 'rtcp-fb'),
    direction,
    rtcpMux: settled.rtcpMux,
    security: offerSecurityAgain(srtp, settled, slot),
  });
};

/** The pictures that an answer makes of `ours`; undefined: none, and the call goes on without. */
export const settleVideo = (
  ours: SdpMedia,
  media: SdpMedia,
  answer: SdpDocument,
  needsCrypto: boolean,
): VideoSession | undefined => {
  if (media.port === 0 || !isReachable(media) || !isOfOneKind(media, ours)) return undefined;
  const mappings = new Map([...ours.mappings, ...media.mappings]);
  const offered = new Map(h264Formats(ours).map((each) => [each.payloadType, each]));
  const format = h264Formats({ ...media, mappings }).find((each) => offered.has(each.payloadType));
  const own = format && offered.get(format.payloadType);
  const security = settleSecurity(ours, media, needsCrypto);
  if (format === undefined || own === undefined || security === undefined) return undefined;
  const sending = directionToUs(media);
  return {
    ...saidOf(media, format, answer),
    ...remoteOf(media, ours.rtcpMux && media.rtcpMux),
    ...security,
    feedback: takeFeedback(media, format.payloadType).feedback,
    localProfileLevelId: own.profileLevelId,
    direction: ours.direction === 'sendonly' ? withoutReceiving[sending] : sending,
  };
};
