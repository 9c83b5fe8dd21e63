/**
 * Which track each SSRC of an answer belongs to: the m-section's `mid` through the answer's
 * mid-to-track table, else the track id of its `a=msid` (RFC 8830), which LiveKit sets to the track's sid.
 */
export const trackSidBySsrc = (
  sdp: string,
  trackSidByMid: ReadonlyMap<string, string>,
): ReadonlyMap<number, string> => {
  const found = new Map<number, string>();
  for (const section of sdp.split(/^m=/m).slice(1)) {
    const mid = /^a=mid:(\S+)/m.exec(section)?.[1] ?? '';
    const msidTrack = /^a=msid:\S+ (\S+)/m.exec(section)?.[1];
    const trackSid = trackSidByMid.get(mid) ?? msidTrack;
    if (trackSid === undefined || /^a=(?:inactive|recvonly)\s*$/m.test(section)) continue;
    for (const [, ssrc] of section.matchAll(/^a=ssrc:(\d+) /gm)) found.set(Number(ssrc), trackSid);
  }
  return found;
};
