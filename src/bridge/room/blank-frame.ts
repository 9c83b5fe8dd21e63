/**
 * LiveKit ends a track that is muted or left with a few key frames of two by two pixels, so that a
 * player is left with no remains of the last picture. Whoever shows something else in that place
 * (a card, the next speaker) takes them for a picture of the track.
 */

/** How the payload begins: STAP-A, the length of the SPS, and the SPS of such a frame. */
const beginning = Buffer.from('1800186742c01f0fd91f888884', 'hex');

/** Whether the payload of an H.264 packet, which begins at `at`, is such a frame. */
export const isBlankFrame = (packet: Buffer, at: number): boolean =>
  packet[at] === beginning[0] && beginning.equals(packet.subarray(at, at + beginning.length));
