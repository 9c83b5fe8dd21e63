import { z } from 'zod';
import { command, list, optional, wholeNumber, type SettingsOf } from './values.ts';

/** Sound and pictures of calls: `_S` in the environment is seconds, `Ms` in the settings milliseconds. */

const knownCodecs = ['opus', 'G722', 'PCMA', 'PCMU'] as const;
type CodecName = (typeof knownCodecs)[number];

export interface MediaConfig {
  readonly rtpPorts: { readonly first: number; readonly last: number };
  /** undefined: cores - 1, at least 1. */
  readonly workers: number | undefined;
  readonly mediaTimeoutMs: number;
  /** How often each call tells how its sound goes. */
  readonly qualityWindowMs: number;
  /** Callers' sound goes into rooms even where nobody listens. */
  readonly sendsUnheard: boolean;
  /** `allow`: SRTP where the caller offers it; `require`: no call without. */
  readonly srtp: 'off' | 'allow' | 'require';
  /** For the sound of calls that come by no trunk, the best first. */
  readonly codecs: readonly CodecName[];
  /** Whether video rooms are answered with pictures. */
  readonly video: boolean;
  /** ffmpeg, for pictures that are not H.264; undefined: they are told of by a card. */
  readonly transcodeCommand: readonly string[] | undefined;
  /** Pictures transcoded at a time. */
  readonly transcodeLimit: number;
  /** How sound goes straight to other nodes; undefined: by the meeting server alone. */
  readonly nodeLink:
    | {
        /** undefined: that of SIP, or of the sound past FreeSWITCH. */
        readonly address: string | undefined;
        readonly ports: { readonly first: number; readonly last: number };
      }
    | undefined;
}

const portRange = z.string().transform((text, context) => {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (match === null || first < 1024 || last > 65535 || last - first < 1) {
    context.addIssue('must be FIRST-LAST, two ports from 1024 to 65535, such as 10000-19999');
    return z.NEVER;
  }
  return { first, last };
});

/** Names are the same in any case. RFC 8866 §6.6 */
const codecs = list.transform((parts, context): readonly CodecName[] => {
  const found = parts.map((part) =>
    knownCodecs.find((known) => known.toLowerCase() === part.toLowerCase()),
  );
  const named = found.filter((codec) => codec !== undefined);
  if (named.length > 0 && new Set(found).size === parts.length && named.length === parts.length)
    return named;
  context.addIssue(`must be some of ${knownCodecs.join(', ')}, each once, the best first`);
  return z.NEVER;
});

export const mediaShape = {
  RINGBRO_RTP_PORTS: optional(portRange),
  RINGBRO_WORKERS: optional(wholeNumber(1, 128)),
  RINGBRO_MEDIA_TIMEOUT_S: optional(wholeNumber(5, 86_400)),
  RINGBRO_QUALITY_WINDOW_S: optional(wholeNumber(1, 60)),
  RINGBRO_UPLINK: optional(z.enum(['heard', 'always'])),
  RINGBRO_SRTP: optional(z.enum(['off', 'allow', 'require'])),
  RINGBRO_CODECS: optional(codecs),
  RINGBRO_VIDEO: optional(z.enum(['off', 'allow'])),
  RINGBRO_TRANSCODE_COMMAND: optional(command('ffmpeg')),
  RINGBRO_TRANSCODE_LIMIT: optional(wholeNumber(1, 64)),
  RINGBRO_NODE_LINK: optional(z.enum(['off', 'on'])),
  RINGBRO_NODE_LINK_ADDRESS: optional(z.union([z.ipv4(), z.ipv6()])),
  RINGBRO_NODE_LINK_PORTS: optional(portRange),
};

export const mediaFrom = (e: SettingsOf<typeof mediaShape>): MediaConfig => ({
  rtpPorts: e.RINGBRO_RTP_PORTS ?? { first: 10_000, last: 19_999 },
  workers: e.RINGBRO_WORKERS,
  mediaTimeoutMs: (e.RINGBRO_MEDIA_TIMEOUT_S ?? 60) * 1000,
  qualityWindowMs: (e.RINGBRO_QUALITY_WINDOW_S ?? 10) * 1000,
  sendsUnheard: e.RINGBRO_UPLINK === 'always',
  srtp: e.RINGBRO_SRTP ?? 'allow',
  codecs: e.RINGBRO_CODECS ?? knownCodecs,
  video: e.RINGBRO_VIDEO !== 'off',
  transcodeCommand: e.RINGBRO_TRANSCODE_COMMAND,
  transcodeLimit: e.RINGBRO_TRANSCODE_LIMIT ?? 2,
  nodeLink:
    e.RINGBRO_NODE_LINK === 'off'
      ? undefined
      : {
          address: e.RINGBRO_NODE_LINK_ADDRESS,
          ports: e.RINGBRO_NODE_LINK_PORTS ?? { first: 30_000, last: 30_127 },
        },
});
