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
import { offeredStream, settleVideo } from './sdp-video-offer.ts';
import type { WrittenMedia } from './sdp-writing.ts';

export interface SettledSlides {
  readonly slides: VideoSession;
  readonly floor: NonNullable<MediaSession['floor']>;
}

export interface TakenSlides extends SettledSlides {
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

type LocalSlides = NonNullable<LocalMedia['slides']>;

/** BFCP speaks in the clear of who shows slides: too much where all is to be encrypted. */
const slidesOf = ({ slides, srtp }: LocalMedia): LocalSlides | undefined =>
  srtp?.policy === 'require' ? undefined : slides;

export const takeSlides = (
  offer: SdpDocument,
  local: LocalMedia,
  sound: MediaSession,
  taken: readonly SdpMedia[],
): TakenSlides | undefined => {
  const ours = slidesOf(local);
  if (ours === undefined) return undefined;
  const before = local.previous?.session;
  const control = offer.media.find((media) => transportOf(media) !== undefined);
  const transport = control && transportOf(control);
  const stream = takeStream(offer, local, sound, {
    ports: ours,
    before: before?.slides,
    isIt: (media) => isSlides(media) && !taken.includes(media),
  });
  if (control === undefined || transport === undefined || stream === undefined) return undefined;
  const label = labelOf(stream.media);
  const isKept = attributes(control.lines, 'connection')[0] === 'existing';
  const answered = writtenControl(control, ours.floor, {
    transport,
    label,
    word: floorWordOf(control),
    isConnected: isKept && before?.floor?.transport === 'tcp',
  });
  return {
    slides: stream.session,
    floor: { transport, remoteAddress: control.address ?? sound.remoteAddress },
    written: [
      [stream.media, { ...stream.written, lines: slidesLines(label) }],
      [control, answered],
    ],
  };
};

const labelOf = (media: SdpMedia | undefined): string =>
  attributes(media?.lines, 'label')[0] ?? ownLabel;

const slidesLines = (label: string): readonly string[] => ['content:slides', `label:${label}`];

/** RFC 4583 wrote m-stream first, and many have stayed with it. */
const floorWordOf = ({ lines }: SdpMedia): 'mstrm' | 'm-stream' =>
  attributes(lines, 'floorid').some((each) => each.includes('mstrm:')) ? 'mstrm' : 'm-stream';

interface SaidControl {
  readonly transport: 'udp' | 'tcp';
  readonly label: string;
  readonly word: 'mstrm' | 'm-stream';
  /** The connection goes on. RFC 4145 §5 */
  readonly isConnected: boolean;
}

/** We are the server, and over TCP it is the device that connects. */
const writtenControl = (
  { protocol, mid }: Pick<SdpMedia, 'protocol' | 'mid'>,
  { conferenceId, userId, floorId, port }: LocalSlides['floor'],
  { transport, label, word, isConnected }: SaidControl,
): WrittenMedia => ({
  type: 'application',
  port,
  protocol,
  formats: ['*'],
  mid,
  lines: [
    ...(transport === 'tcp'
      ? ['setup:passive', `connection:${isConnected ? 'existing' : 'new'}`]
      : []),
    'floorctrl:s-only',
    `confid:${conferenceId}`,
    `userid:${userId}`,
    `floorid:${floorId} ${word}:${label}`,
  ],
});

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

// ---------------------------------------------------------------- our offers

export interface OfferedMedia {
  /** The m-line of before in whose place it comes; undefined: it comes last. */
  readonly slot: SdpMedia | undefined;
  readonly written: WrittenMedia;
}

/**
 * Our m-lines for a second stream: what is settled once more, or a new one over UDP, which most devices
 * speak.
 *
 * @param before our description of before
 * @param camera the m-line that is not free, though it may be switched off
 */
export const offeredSlides = (
  local: LocalMedia,
  before: SdpDocument | undefined,
  camera: SdpMedia | undefined,
  protocol: string,
): readonly OfferedMedia[] => {
  const ours = slidesOf(local);
  if (ours === undefined) return [];
  const session = local.previous?.session;
  const lines = before?.media ?? [];
  const free = lines.filter(({ port }) => port === 0);
  const stream =
    lines.find(isSlides) ?? free.find((media) => media.type === 'video' && media !== camera);
  const control =
    lines.find((media) => media.port > 0 && isOurControl(media)) ?? free.find(isOurControl);
  const label = labelOf(stream);
  const settled = session?.slides;
  const written = offeredStream(local, { ports: ours, settled, slot: stream, protocol });
  const isKept = session?.floor !== undefined && control !== undefined && control.port > 0;
  const line = isKept ? control : { protocol: 'UDP/BFCP', mid: control?.mid };
  return [
    { slot: stream, written: { ...written, lines: slidesLines(label) } },
    {
      slot: control,
      written: writtenControl(line, ours.floor, {
        transport: isKept ? session.floor.transport : 'udp',
        label,
        word: isKept ? floorWordOf(control) : 'mstrm',
        isConnected: isKept,
      }),
    },
  ];
};

const isOurControl = ({ type, protocol }: SdpMedia): boolean =>
  type === 'application' && (protocol === 'UDP/BFCP' || protocol === 'TCP/BFCP');

/** The second stream that an answer makes of what we `offered`; undefined: none. */
export const settleSlides = (
  offered: readonly SdpMedia[],
  answer: SdpDocument,
  sound: MediaSession,
  needsCrypto: boolean,
): SettledSlides | undefined => {
  const streamAt = offered.findIndex(isSlides);
  const controlAt = offered.findIndex((media) => media.port > 0 && isOurControl(media));
  const [ours, media] = [offered[streamAt], answer.media[streamAt]];
  const [offeredControl, control] = [offered[controlAt], answer.media[controlAt]];
  const transport = control && transportOf(control);
  if (!ours || media?.type !== 'video' || control?.protocol !== offeredControl?.protocol)
    return undefined;
  const slides = settleVideo(ours, media, answer, needsCrypto);
  return slides && transport
    ? { slides, floor: { transport, remoteAddress: control.address ?? sound.remoteAddress } }
    : undefined;
};
