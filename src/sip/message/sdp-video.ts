/** The m-line of pictures: what is taken of an offer, and what is said of it. RFC 6184, RFC 3264 */
import type { MediaDirection, MediaSession, VideoSession } from '../../call/ports/media.ts';
import { parseSdp } from './sdp-document.ts';
import type { SdpDocument, SdpMedia } from './sdp-document.ts';
import { takeFeedback } from './sdp-feedback.ts';
import {
  chooseH264,
  h264Formats,
  h264Parameters,
  shownProfileLevelId,
  takenProfileLevelId,
} from './sdp-h264.ts';
import type { H264Format, H264InUse } from './sdp-h264.ts';
import { attributes } from './sdp-sections.ts';
import { isEncrypted, isOurRtp, takeSecurity } from './sdp-security.ts';
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

export type VideoPorts = NonNullable<LocalMedia['video']>;

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
export const saidOf = (media: SdpMedia, format: H264Format, { lines }: SdpDocument) => ({
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

export interface SaidVideo {
  readonly formats: readonly H264InUse[];
  readonly hasOwnLevels: boolean;
  readonly feedback: readonly string[];
  readonly direction: MediaDirection;
  readonly rtcpMux: boolean;
  readonly security: WrittenSecurity;
}

export const writtenVideo = (
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
