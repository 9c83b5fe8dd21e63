/** A stream of pictures in our offers, and what the answers settle. RFC 6184, RFC 3264 */
import type { VideoSession } from '../../call/ports/media.ts';
import type { SdpDocument, SdpMedia } from './sdp-document.ts';
import { offeredFeedback, takeFeedback } from './sdp-feedback.ts';
import { h264Formats, ourFormats } from './sdp-h264.ts';
import { attributes } from './sdp-sections.ts';
import {
  isOfOneKind,
  offerSecurity,
  offerSecurityAgain,
  offerSecurityBeside,
  settleSecurity,
} from './sdp-security.ts';
import { directionToUs, isReachable, remoteOf, withoutReceiving } from './sdp-session.ts';
import type { LocalMedia } from './sdp-session.ts';
import { saidOf, writtenVideo } from './sdp-video.ts';
import type { VideoPorts } from './sdp-video.ts';
import type { WrittenMedia } from './sdp-writing.ts';

export interface OfferedStream {
  readonly ports: VideoPorts;
  /** What was settled of it before. */
  readonly settled: VideoSession | undefined;
  /** Our m-line of before, or one that is free. */
  readonly slot: SdpMedia | undefined;
  /** Of the sound. */
  readonly protocol: string;
}

/**
 * Our m-line for a stream of pictures: what is settled once more as it was said in `slot`, or all that
 * we have, protected as the sound is.
 */
export const offeredStream = (
  local: LocalMedia,
  { ports, settled, slot, protocol }: OfferedStream,
): WrittenMedia => {
  const { srtp, previous } = local;
  const direction = local.hold ? 'sendonly' : 'sendrecv';
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
