/** Session descriptions of our own, written. RFC 8866 */
import { write } from 'sdp-transform';
import type { SessionDescription } from 'sdp-transform';
import type { MediaDirection } from '../../call/ports/media.ts';
import type { RtpMapping } from './sdp-document.ts';
import type { WrittenDtls } from './sdp-dtls.ts';

/** What we say of one m-line. Without `stream` only its formats are repeated: port 0 refuses it. RFC 3264 §6 */
export interface WrittenMedia {
  readonly type: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly mid?: string | undefined;
  readonly stream?: WrittenStream;
  /** What else stands behind `a=`. */
  readonly lines?: readonly string[];
}

/** RTP, and what is said about it. */
export interface WrittenStream {
  readonly mappings: ReadonlyMap<number, RtpMapping>;
  /** What stands behind `a=fmtp:`, by payload type. */
  readonly parameters: ReadonlyMap<number, string>;
  readonly direction: MediaDirection;
  readonly rtcpPort: number;
  readonly rtcpMux: boolean;
  readonly packetMs?: number;
  /** What follows `a=rtcp-fb:`, a line each. RFC 4585 §4.2 */
  readonly feedback?: readonly string[];
  /** What we take at most, without headers. RFC 3890 */
  readonly maxBitrateKbps?: number;
  /** What follows `a=crypto:`, a line each. RFC 4568 */
  readonly crypto?: readonly string[];
  readonly dtls?: WrittenDtls;
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

const describeMedia = (media: WrittenMedia): Described => {
  const { type, port, protocol, formats, mid, stream, lines = [] } = media;
  const line = {
    type,
    port,
    protocol,
    payloads: formats.join(' '),
    ...(mid !== undefined && { mid }),
    ...(lines.length > 0 && { invalid: lines.map((value) => ({ value })) }),
  };
  return stream ? { ...line, ...describeStream(stream, port) } : { ...line, rtp: [], fmtp: [] };
};

type Described = SessionDescription['media'][number];

const describeStream = (
  stream: WrittenStream,
  port: number,
): Omit<Described, 'type' | 'port' | 'protocol'> => ({
  rtp: [...stream.mappings].map(([payload, { codec, clockRateHz, channels }]) => ({
    payload,
    codec: usualSpelling.get(codec) ?? codec,
    rate: clockRateHz,
    ...(channels > 1 && { encoding: channels }),
  })),
  fmtp: [...stream.parameters].map(([payload, config]) => ({ payload, config })),
  ...(stream.packetMs !== undefined && { ptime: stream.packetMs }),
  ...(stream.feedback && { rtcpFb: stream.feedback.map(describeFeedback) }),
  ...(stream.maxBitrateKbps !== undefined && {
    bandwidth: describeBandwidth(stream.maxBitrateKbps),
  }),
  ...(stream.crypto && { crypto: stream.crypto.map(describeCrypto) }),
  ...(stream.dtls && describeDtls(stream.dtls)),
  direction: stream.direction,
  ...(stream.rtcpMux && { rtcpMux: 'rtcp-mux' }),
  ...(!stream.rtcpMux && stream.rtcpPort !== port + 1 && { rtcp: { port: stream.rtcpPort } }),
});

/** Names are the same in any case (RFC 8866 §6.6); some peers do not know that. */
const usualSpelling: ReadonlyMap<string, string> = new Map([
  ['TELEPHONE-EVENT', 'telephone-event'],
  ['OPUS', 'opus'],
]);

const describeFeedback = (value: string) => {
  const [payload = '', type = '', ...subtype] = value.split(' ');
  return {
    payload: payload === '*' ? payload : Number(payload),
    type,
    ...(subtype.length > 0 && { subtype: subtype.join(' ') }),
  };
};

/** Older systems know AS alone. RFC 8866 §5.8, RFC 3890 §6.2 */
const describeBandwidth = (kbps: number) => [
  { type: 'AS' as const, limit: kbps },
  { type: 'TIAS' as const, limit: kbps * 1000 },
];

const describeDtls = ({ fingerprint, setup }: WrittenDtls) => ({
  fingerprint: { type: fingerprint.algorithm, hash: fingerprint.digest },
  setup,
});

const describeCrypto = (value: string) => {
  const [id = '', suite = '', config = ''] = value.split(' ');
  return { id: Number(id), suite, config };
};
