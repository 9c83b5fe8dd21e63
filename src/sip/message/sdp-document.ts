/** Session descriptions (RFC 8866) read and written: the parts a telephone call needs. */
import { parse, write } from 'sdp-transform';
import { digitsUpTo, trimLwsEnd } from './grammar.ts';
import type { SessionDescription } from 'sdp-transform';
import { attributes, readDtls, sectionsOf } from './sdp-sections.ts';
import type { SdpDtls, WrittenDtls } from './sdp-dtls.ts';
import type { MediaDirection } from '../../call/ports/media.ts';

/** What a payload type stands for. */
export interface RtpMapping {
  /** Upper case. */
  readonly codec: string;
  readonly clockRateHz: number;
  readonly channels: number;
}

/** One m-line with what is said of it, session-level defaults filled in. */
export interface SdpMedia {
  readonly type: string;
  /** 0: refused or switched off. */
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  /** As written in c=, which may be a name. */
  readonly address: string | undefined;
  readonly direction: MediaDirection;
  readonly mappings: ReadonlyMap<number, RtpMapping>;
  /** RFC 3605. */
  readonly rtcpPort: number | undefined;
  readonly rtcpMux: boolean;
  readonly mid: string | undefined;
  /** What follows `a=crypto:`, a line each. RFC 4568 */
  readonly crypto: readonly string[];
  readonly dtls: SdpDtls;
}

export interface SdpDocument {
  readonly media: readonly SdpMedia[];
  /** The mids of each BUNDLE group, RFC 9143. */
  readonly bundles: readonly (readonly string[])[];
}

// Only these lines go to the library: no peer's text reaches its patterns for other attributes.
const linesRead = new RegExp(
  '^(?:[vocm]=|a=(?:rtpmap:|rtcp:|rtcp-mux$|mid:|group:BUNDLE |sendrecv$|sendonly$|recvonly$|inactive$))',
);
/** More than any call has; an answer repeats them all. */
const maxMediaLines = 32;
const mediaLine = /^m=([!-~]+) ([0-9]+)(?:\/[0-9]+)? ([!-~]+)((?: [!-~]+)*) *$/;

/** Undefined where the text is no session description. Never throws. */
export const parseSdp = (text: string): SdpDocument | undefined => {
  const lines = text.split(/\r\n|\r|\n/).map(trimLwsEnd);
  const wanted = lines.filter((line) => linesRead.test(line));
  if (lines[0] !== 'v=0' || !lines.every((line) => /^(?:[a-z]=|$)/.test(line))) return undefined;
  const mediaLines = wanted.filter((line) => line.startsWith('m='));
  if (mediaLines.length > maxMediaLines) return undefined;
  const read = readWithLibrary(wanted.join('\r\n'));
  const sections = sectionsOf(lines);
  const media: SdpMedia[] = [];
  for (const [at, line] of mediaLines.entries()) {
    const described = readMedia(line, read?.media?.[at] ?? {}, read ?? {});
    if (!described) return undefined;
    // Crypto lines mean nothing at session level. RFC 4568 §4
    const crypto = attributes(sections[at + 1], 'crypto');
    media.push({ ...described, crypto, dtls: readDtls(sections[0], sections[at + 1]) });
  }
  const bundles = (read?.groups ?? []).map(({ mids }) => String(mids).split(' '));
  return read && { media, bundles };
};

/** What the library returns for text that need not be right: all of it may be missing. */
interface LooseMedia {
  readonly connection?: { readonly ip?: string | number };
  readonly direction?: MediaDirection;
  readonly mid?: string | number;
  readonly rtcpMux?: string;
  readonly rtcp?: { readonly port?: number | string };
  readonly rtp?: readonly {
    readonly payload?: number | string;
    readonly codec?: string | number;
    readonly rate?: number | string;
    readonly encoding?: number | string;
  }[];
}
interface LooseSession extends LooseMedia {
  readonly media?: readonly LooseMedia[];
  readonly groups?: readonly { readonly mids?: string | number }[];
}

const readWithLibrary = (text: string): LooseSession | undefined => {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
};

const readMedia = (
  line: string,
  media: LooseMedia,
  session: LooseSession,
): Omit<SdpMedia, 'crypto' | 'dtls'> | undefined => {
  // Read here: the library takes neither "port/count" nor a hyphen in the protocol.
  const match = mediaLine.exec(line);
  const [, type = '', portText = '', protocol = '', formatsText = ''] = match ?? [];
  const port = digitsUpTo(portText, 65535);
  if (!match || port === undefined) return undefined;
  const address = media.connection?.ip ?? session.connection?.ip;
  return {
    type,
    port,
    protocol,
    formats: formatsText.split(' ').filter((format) => format !== ''),
    address: address === undefined ? undefined : String(address),
    direction: media.direction ?? session.direction ?? 'sendrecv',
    mappings: readMappings(media.rtp ?? []),
    rtcpPort: portOf(media.rtcp?.port),
    rtcpMux: media.rtcpMux !== undefined,
    mid: media.mid === undefined ? undefined : String(media.mid),
  };
};

const portOf = (port: number | string | undefined): number | undefined =>
  typeof port === 'number' && port > 0 && port <= 65535 ? port : undefined;

const readMappings = (lines: LooseMedia['rtp'] & object): ReadonlyMap<number, RtpMapping> => {
  const mappings = new Map<number, RtpMapping>();
  for (const { payload, codec, rate, encoding } of lines) {
    if (typeof payload !== 'number' || typeof rate !== 'number' || mappings.has(payload)) continue;
    const channels = encoding === undefined ? 1 : Number(encoding);
    mappings.set(payload, {
      codec: String(codec).toUpperCase(),
      clockRateHz: rate,
      channels,
    });
  }
  return mappings;
};

/** What we say of one m-line. Port 0 refuses it: then only its formats are repeated. RFC 3264 §6 */
export interface WrittenMedia {
  readonly type: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly mid?: string | undefined;
  readonly audio?: {
    readonly mappings: ReadonlyMap<number, RtpMapping>;
    readonly telephoneEventPayloadType: number | undefined;
    readonly direction: MediaDirection;
    readonly rtcpPort: number;
    readonly rtcpMux: boolean;
    /** As in `SdpMedia`. */
    readonly crypto?: readonly string[];
    readonly dtls?: WrittenDtls;
  };
}

export interface WrittenSession {
  readonly address: string;
  readonly sessionId: string;
  readonly sessionVersion: number;
  readonly media: readonly WrittenMedia[];
  /** The mids of our BUNDLE group, if there is one. */
  readonly bundle?: readonly string[];
}

export const writeSdp = (session: WrittenSession): string => {
  const ipVersion = session.address.includes(':') ? 6 : 4;
  const description: SessionDescription = {
    version: 0,
    origin: {
      username: '-',
      sessionId: session.sessionId,
      sessionVersion: session.sessionVersion,
      netType: 'IN',
      ipVer: ipVersion,
      address: session.address,
    },
    name: '-',
    connection: { version: ipVersion, ip: session.address },
    timing: { start: 0, stop: 0 },
    ...(session.bundle && { groups: [{ type: 'BUNDLE', mids: session.bundle.join(' ') }] }),
    media: session.media.map(describeMedia),
  };
  return write(description);
};

const describeMedia = (media: WrittenMedia): SessionDescription['media'][number] => {
  const { type, port, protocol, formats, mid, audio } = media;
  const line = {
    type,
    port,
    protocol,
    payloads: formats.join(' '),
    ...(mid !== undefined && { mid }),
  };
  if (!audio) return { ...line, rtp: [], fmtp: [] };
  return {
    ...line,
    rtp: [...audio.mappings].map(([payload, { codec, clockRateHz }]) => ({
      payload,
      codec: codec === 'TELEPHONE-EVENT' ? 'telephone-event' : codec,
      rate: clockRateHz,
    })),
    fmtp:
      audio.telephoneEventPayloadType === undefined
        ? []
        : // The twelve keys, A to D and flash. RFC 4733 §3.2
          [{ payload: audio.telephoneEventPayloadType, config: '0-16' }],
    ptime: 20,
    ...(audio.crypto && { crypto: audio.crypto.map(describeCrypto) }),
    ...(audio.dtls && describeDtls(audio.dtls)),
    direction: audio.direction,
    ...(audio.rtcpMux && { rtcpMux: 'rtcp-mux' }),
    ...(!audio.rtcpMux && audio.rtcpPort !== port + 1 && { rtcp: { port: audio.rtcpPort } }),
  };
};

const describeDtls = ({ fingerprint, setup }: WrittenDtls) => ({
  fingerprint: { type: fingerprint.algorithm, hash: fingerprint.digest },
  setup,
});

const describeCrypto = (value: string) => {
  const [id = '', suite = '', config = ''] = value.split(' ');
  return { id: Number(id), suite, config };
};
