/**
 * The second stream of a device: an m-line for slides, and one for BFCP that says whose they are. Taken
 * together or not at all. RFC 8856, and RFC 4583 as devices still write it; RFC 4796, RFC 4574
 */
import type { MediaSession, VideoSession } from '../../call/ports/media.ts';
import { parseSdp } from './sdp-document.ts';
import type { SdpDocument, SdpMedia } from './sdp-document.ts';
import { attributes } from './sdp-sections.ts';
import { isReachable } from './sdp-session.ts';
import type { LocalMedia } from './sdp-session.ts';
import { isSlides, takeStream } from './sdp-video.ts';
import type { WrittenMedia } from './sdp-writing.ts';

export interface TakenSlides {
  readonly session: VideoSession;
  readonly floor: NonNullable<MediaSession['floor']>;
  /** By the m-lines that they answer. */
  readonly written: readonly (readonly [SdpMedia, WrittenMedia])[];
}

/** Whether an offer has a second stream that we could take: worth a third pair of ports. */
export const offersSlides = (offerBody: string): boolean => {
  const media = parseSdp(offerBody)?.media ?? [];
  return media.some(isSlides) && media.some((each) => transportOf(each) !== undefined);
};

/** Our label of the slides where the device gave them none. */
const ownLabel = '3';

export const takeSlides = (
  offer: SdpDocument,
  local: LocalMedia,
  sound: MediaSession,
  taken: readonly SdpMedia[],
): TakenSlides | undefined => {
  const { slides } = local;
  // It speaks in the clear of who shows slides: too much where all is to be encrypted.
  if (slides === undefined || local.srtp?.policy === 'require') return undefined;
  const control = offer.media.find((media) => transportOf(media) !== undefined);
  const transport = control && transportOf(control);
  const stream = takeStream(offer, local, sound, {
    ports: slides,
    before: local.previous?.session.slides,
    isIt: (media) => isSlides(media) && !taken.includes(media),
  });
  if (control === undefined || transport === undefined || stream === undefined) return undefined;
  const label = attributes(stream.media.lines, 'label')[0] ?? ownLabel;
  // RFC 4583 wrote m-stream first, and many have stayed with it.
  const isOld = !attributes(control.lines, 'floorid').some((each) => each.includes('mstrm:'));
  const { conferenceId, userId, floorId, port } = slides.floor;
  const answered: WrittenMedia = {
    type: control.type,
    port,
    protocol: control.protocol,
    formats: ['*'],
    mid: control.mid,
    lines: [
      ...(transport === 'tcp' ? ['setup:passive', 'connection:new'] : []),
      'floorctrl:s-only',
      `confid:${conferenceId}`,
      `userid:${userId}`,
      `floorid:${floorId} ${isOld ? 'm-stream' : 'mstrm'}:${label}`,
    ],
  };
  const pictures = { ...stream.written, lines: ['content:slides', `label:${label}`] };
  return {
    session: stream.session,
    floor: { transport, remoteAddress: control.address ?? sound.remoteAddress },
    written: [
      [stream.media, pictures],
      [control, answered],
    ],
  };
};

/**
 * Of an m-line for BFCP with a client, switched on; undefined for all else. Over TCP it is the device
 * that connects: who waits to be called is not. RFC 8856 §5, §8
 */
const transportOf = (media: SdpMedia): 'udp' | 'tcp' | undefined => {
  const transport =
    media.protocol === 'UDP/BFCP' ? 'udp' : media.protocol === 'TCP/BFCP' ? 'tcp' : undefined;
  const roles = (attributes(media.lines, 'floorctrl')[0] ?? 'c-only').split(' ');
  const isClient = roles.some((role) => role === 'c-only' || role === 'c-s');
  const setup = attributes(media.lines, 'setup')[0] ?? 'active';
  const calls = transport === 'udp' || setup === 'active' || setup === 'actpass';
  const isOn = media.type === 'application' && media.port > 0 && isReachable(media);
  return isOn && isClient && calls ? transport : undefined;
};
