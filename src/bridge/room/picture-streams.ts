import { trackSidBySsrc } from './answer-ssrcs.ts';

/** Whose packets an SSRC of an answer has. */
export interface PictureStream {
  readonly trackSid: string;
  /** Another one: this is its stream of packets that are sent again. RFC 4588 §9 */
  readonly primarySsrc: number;
}

/** The pictures of an answer by SSRC, those of RTX with their primary's. */
export const pictureStreams = (
  sdp: string,
  trackSidByMid: ReadonlyMap<string, string>,
): ReadonlyMap<number, PictureStream> => {
  const primaries = new Map<number, number>();
  for (const [, primary, repair] of sdp.matchAll(/^a=ssrc-group:FID (\d+) (\d+)/gm)) {
    primaries.set(Number(repair), Number(primary));
  }
  const videos = sdp
    .split(/^(?=m=)/m)
    .filter((section) => section.startsWith('m=video'))
    .join('');
  return new Map(
    [...trackSidBySsrc(videos, trackSidByMid)].map(([ssrc, trackSid]) => [
      ssrc,
      { trackSid, primarySsrc: primaries.get(ssrc) ?? ssrc },
    ]),
  );
};
