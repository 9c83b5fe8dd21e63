/** Which codecs an SDP names: FreeSWITCH has its own order of them, a trunk may have another. */
import type { AudioCodec } from '../message/sdp-session.ts';

/** RFC 3551 §6: payload types that need no rtpmap. */
const staticNames: Readonly<Record<string, string>> = { '0': 'PCMU', '8': 'PCMA', '13': 'CN' };
/** What goes beside a codec and is none. */
const companions: ReadonlySet<string> = new Set(['TELEPHONE-EVENT', 'CN']);

/** Each audio line with these codecs alone, in this order; lines that have none of them stay. */
export const withCodecs = (sdp: string, codecs: readonly AudioCodec[]): string =>
  sdp
    .split(/^(?=m=)/m)
    .map((section) => (section.startsWith('m=audio ') ? audioWith(section, codecs) : section))
    .join('');

const audioWith = (section: string, codecs: readonly AudioCodec[]): string => {
  const [, head = '', list = ''] = /^(m=audio \S+ \S+) ([\d ]+)/.exec(section) ?? [];
  const formats = list.trim().split(/ +/);
  const nameOf = (format: string): string =>
    new RegExp(`^a=rtpmap:${format} ([^/\\s]+)/8000`, 'm').exec(section)?.[1]?.toUpperCase() ??
    staticNames[format] ??
    '';
  const chosen = codecs.flatMap((codec) => formats.filter((format) => nameOf(format) === codec));
  if (chosen.length === 0) return section;
  const kept = [...chosen, ...formats.filter((format) => companions.has(nameOf(format)))];
  return section
    .replace(/^m=audio .*$/m, `${head} ${kept.join(' ')}`)
    .split(/(?<=\n)/)
    .filter((line) => {
      const [, format] = /^a=(?:rtpmap|fmtp):(\d+) /.exec(line) ?? [];
      return format === undefined || kept.includes(format);
    })
    .join('');
};
