/** What offer and answer have in common: formats, directions, addresses, and the session they make. */
import type { MediaDirection, MediaSession } from '../../call/ports/media.ts';
import {
  audioMappings,
  audioParameters,
  codecOf,
  rankIn,
  type AudioCodec,
} from './sdp-audio-codecs.ts';
import type { LocalSrtp } from './sdp-crypto.ts';
import type { RtpMapping, SdpMedia } from './sdp-document.ts';
import type { MediaSecurity } from './sdp-security.ts';
import type { WrittenMedia, WrittenStream } from './sdp-writing.ts';

export type { AudioCodec } from './sdp-audio-codecs.ts';

/** Our side of the audio, and what was settled before. */
export interface LocalMedia {
  /** Where we take media: an IP address. */
  readonly address: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
  /** In order of preference, which counts between the two laws of G.711 in offers alone. */
  readonly codecs: readonly AudioCodec[];
  /** Our order counts there in answers too. RFC 3264 §6.1 leaves that to the answerer, for a reason. */
  readonly keepsOwnOrder?: boolean | undefined;
  /** Decimal digits, the same for the whole dialog. */
  readonly sessionId: string;
  /** That of our last description, or the one to begin with. */
  readonly sessionVersion: number;
  /** Without it no SRTP. */
  readonly srtp?: LocalSrtp | undefined;
  /** Where we take pictures; undefined: m-lines of video are refused. */
  readonly video?: { readonly rtpPort: number; readonly rtcpPort: number } | undefined;
  /** Where we take a second stream, and who tells whose it is; undefined: it is refused. */
  readonly slides?:
    | {
        readonly rtpPort: number;
        readonly rtcpPort: number;
        readonly floor: {
          readonly port: number;
          readonly conferenceId: number;
          readonly userId: number;
          readonly floorId: number;
        };
      }
    | undefined;
  /** We hold the other side. */
  readonly hold?: boolean;
  readonly previous?: { readonly sdp: string; readonly session: MediaSession };
}

/** A payload type with its meaning. */
interface Format extends RtpMapping {
  readonly payloadType: number;
}
export interface ChosenFormats {
  readonly codec: AudioCodec;
  readonly payloadType: number;
  readonly telephoneEventPayloadType: number | undefined;
  /** Of the keys, where it is another one than the codec's. */
  readonly telephoneEventClockHz?: number | undefined;
  readonly comfortNoisePayloadType: number | undefined;
}

// Payload types that need no rtpmap. RFC 3551 §6
const staticMappings: ReadonlyMap<number, RtpMapping> = new Map(
  [[0, 'PCMU'] as const, [8, 'PCMA'] as const, [9, 'G722'] as const, [13, 'CN'] as const].map(
    ([payloadType, codec]) => [payloadType, { codec, clockRateHz: 8000, channels: 1 }],
  ),
);

const formatsOf = (media: SdpMedia): readonly Format[] =>
  media.formats.flatMap((format) => {
    const payloadType = Number(format);
    const mapping = media.mappings.get(payloadType) ?? staticMappings.get(payloadType);
    const isPayloadType = /^(?:0|[1-9][0-9]{0,2})$/.test(format) && payloadType < 128;
    return mapping && isPayloadType ? [{ payloadType, ...mapping }] : [];
  });

/** The best codec of the m-line that we have; one that is in use already stays. RFC 3264 §6.1, §8.3.2 */
export const chooseFormats = (
  media: SdpMedia,
  { codecs, keepsOwnOrder = false }: Pick<LocalMedia, 'codecs' | 'keepsOwnOrder'>,
  inUse?: MediaSession,
): ChosenFormats | undefined => {
  const formats = formatsOf(media);
  const candidates = formats.flatMap((format) => {
    const codec = codecOf(format);
    return codec && codecs.includes(codec) ? [{ codec, payloadType: format.payloadType }] : [];
  });
  const kept = candidates.find(
    ({ codec, payloadType }) => codec === inUse?.codec && payloadType === inUse.payloadType,
  );
  const place = (codec: AudioCodec): number =>
    keepsOwnOrder ? codecs.indexOf(codec) : rankIn(codecs, codec);
  const [best] = candidates.toSorted((one, other) => place(one.codec) - place(other.codec));
  const chosen = kept ?? best;
  return chosen && { ...chosen, ...besideSound(formats, chosen.codec) };
};

/** Keys and comfort noise. Many know keys at 8000 Hz alone, whatever the sound's clock. */
const besideSound = (formats: readonly Format[], codec: AudioCodec) => {
  const { clockRateHz } = audioMappings[codec];
  const named = (name: string, hz: number): Format | undefined =>
    formats.find((format) => format.codec === name && format.clockRateHz === hz);
  const keys = named('TELEPHONE-EVENT', clockRateHz) ?? named('TELEPHONE-EVENT', 8000);
  return {
    telephoneEventPayloadType: keys?.payloadType,
    ...(keys && keys.clockRateHz !== clockRateHz && { telephoneEventClockHz: keys.clockRateHz }),
    comfortNoisePayloadType: named('CN', clockRateHz)?.payloadType,
  };
};

/** The formats as an m-line, its rtpmaps and its fmtps have them. */
export const writtenFormats = (
  chosen: readonly ChosenFormats[],
): Pick<WrittenMedia, 'formats'> & Pick<WrittenStream, 'mappings' | 'parameters'> => {
  const named = [
    ...chosen.map(({ payloadType, codec }) => [payloadType, audioMappings[codec]] as const),
    ...chosen.map((each) => [each.telephoneEventPayloadType, keysOf(each)] as const),
    ...chosen.map((each) => [each.comfortNoisePayloadType, comfortNoise] as const),
  ];
  const mappings = new Map<number, RtpMapping>();
  for (const [payloadType, mapping] of named) {
    if (payloadType === undefined || mappings.has(payloadType)) continue;
    mappings.set(payloadType, mapping);
  }
  const parameters = chosen.flatMap(({ codec, payloadType, telephoneEventPayloadType: keys }) => {
    const ofCodec = audioParameters(codec);
    return [
      ...(ofCodec === undefined ? [] : [[payloadType, ofCodec] as const]),
      // The twelve keys, A to D and flash. RFC 4733 §3.2
      ...(keys === undefined ? [] : [[keys, '0-16'] as const]),
    ];
  });
  return {
    formats: [...mappings.keys()].map(String),
    mappings,
    parameters: new Map(parameters),
  };
};

const comfortNoise: RtpMapping = { codec: 'CN', clockRateHz: 8000, channels: 1 };
const keysOf = ({ codec, telephoneEventClockHz }: ChosenFormats): RtpMapping => ({
  codec: 'TELEPHONE-EVENT',
  clockRateHz: telephoneEventClockHz ?? audioMappings[codec].clockRateHz,
  channels: 1,
});

/** An m-line whose c= is an address that we can use. */
export type ReachableMedia = SdpMedia & { readonly address: string };

const unspecified: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Whether media can be sent there: a unicast IP address (a name would be looked up for every
 * packet, a group would get a private call), or the unspecified one of an old-style hold.
 */
export const isReachable = (media: SdpMedia): media is ReachableMedia =>
  media.address !== undefined && isUsableAddress(media.address);

const isUsableAddress = (address: string): boolean => {
  if (address.includes(':')) return URL.canParse(`http://[${address}]`) && !/^ff/i.test(address);
  const octets = address.split('.').map((octet) => (/^[0-9]{1,3}$/.test(octet) ? +octet : 256));
  const [first = 256] = octets;
  return (
    octets.length === 4 &&
    octets.every((octet) => octet < 256) &&
    (first < 224 || (first > 239 && address !== '255.255.255.255'))
  );
};

const mirrored: Readonly<Record<MediaDirection, MediaDirection>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};
const withoutSending: Readonly<Record<MediaDirection, MediaDirection>> = {
  sendrecv: 'recvonly',
  sendonly: 'inactive',
  recvonly: 'recvonly',
  inactive: 'inactive',
};
export const withoutReceiving: Readonly<Record<MediaDirection, MediaDirection>> = {
  sendrecv: 'sendonly',
  sendonly: 'sendonly',
  recvonly: 'inactive',
  inactive: 'inactive',
};

/** The peer's direction seen from our side; nothing is sent to 0.0.0.0. RFC 3264 §6.1, §8.4 */
export const directionToUs = (media: SdpMedia): MediaDirection => {
  const direction = mirrored[media.direction];
  return unspecified.has(media.address ?? '') ? withoutSending[direction] : direction;
};

/** The session that the peer's m-line and our choice make. */
export const sessionWith = (
  media: ReachableMedia,
  chosen: ChosenFormats,
  direction: MediaDirection,
  rtcpMux: boolean,
  security: MediaSecurity,
): MediaSession => ({ ...remoteOf(media, rtcpMux), ...chosen, direction, ...security });

/** Where the peer takes a stream. */
export const remoteOf = (media: ReachableMedia, rtcpMux: boolean) => ({
  remoteAddress: media.address,
  remotePort: media.port,
  // RFC 3550 §11: the next port, unless the peer says otherwise.
  remoteRtcpPort: rtcpMux ? media.port : (media.rtcpPort ?? Math.min(media.port + 1, 65535)),
  rtcpMux,
});

/** Describes with the version raised if, and only if, anything changed. RFC 3264 §8 */
export const describeAnew = (
  local: LocalMedia,
  describe: (sessionVersion: number) => string,
): { readonly sdp: string; readonly sessionVersion: number } => {
  const { sessionVersion, previous } = local;
  const same = describe(sessionVersion);
  if (!previous || previous.sdp === same) return { sdp: same, sessionVersion };
  return { sdp: describe(sessionVersion + 1), sessionVersion: sessionVersion + 1 };
};
