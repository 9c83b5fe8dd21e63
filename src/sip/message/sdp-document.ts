/** Session descriptions (RFC 8866) read: the parts a call with sound and pictures needs. */
import { parse } from 'sdp-transform';
import { digitsUpTo, trimLwsEnd } from './grammar.ts';
import { attributes, readDtls, sectionsOf } from './sdp-sections.ts';
import type { SdpDtls } from './sdp-dtls.ts';
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
  /** What it says, line by line, as written. */
  readonly lines: readonly string[];
}

export interface SdpDocument {
  readonly media: readonly SdpMedia[];
  /** What is said before the first m-line. */
  readonly lines: readonly string[];
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
    const section = sections[at + 1] ?? [];
    const crypto = attributes(section, 'crypto');
    media.push({ ...described, crypto, dtls: readDtls(sections[0], section), lines: section });
  }
  const bundles = (read?.groups ?? []).map(({ mids }) => String(mids).split(' '));
  return read && { media, lines: sections[0] ?? [], bundles };
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
): Omit<SdpMedia, 'crypto' | 'dtls' | 'lines'> | undefined => {
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
