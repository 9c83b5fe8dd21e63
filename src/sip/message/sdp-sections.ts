/** Lines of a session description that are read here, and not by the library: what we do with them is exact. */
import type { SdpDtls } from './sdp-dtls.ts';

type Section = readonly string[] | undefined;

/** The lines of the session, then those of each m-line. */
export const sectionsOf = (lines: readonly string[]): readonly (readonly string[])[] => {
  const sections: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
};

/** What stands behind each `a=name:` of a section. */
export const attributes = (section: Section, name: string): readonly string[] =>
  (section ?? [])
    .filter((line) => line.startsWith(`a=${name}:`))
    .map((line) => line.slice(name.length + 3));

/** Either level may have them; an m-line's own count before the session's. RFC 8122 §5, RFC 4145 §4 */
export const readDtls = (session: Section, media: Section): SdpDtls => {
  const either = (name: string): readonly string[] => {
    const own = attributes(media, name);
    return own.length > 0 ? own : attributes(session, name);
  };
  return {
    fingerprints: either('fingerprint'),
    setup: either('setup')[0],
    tlsId: either('tls-id')[0],
  };
};
