/** What an Opus packet tells about itself without decoding: RFC 6716 §3 and §4.2.3. */

/** Frame length of each configuration in steps of 2.5 ms, RFC 6716 table 2. */
const frameSteps = Uint8Array.of(
  ...[4, 8, 16, 24, 4, 8, 16, 24, 4, 8, 16, 24], // SILK: 10, 20, 40, 60 ms
  ...[4, 8, 4, 8], // hybrid: 10, 20 ms
  ...[1, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8], // CELT: 2.5, 5, 10, 20 ms
);
const firstCeltConfiguration = 16;
const longestPacketSteps = 48;

/** Samples per channel that the packet decodes to at `rateHz`; 0 where it is malformed. */
export function opusPacketSamples(packet: Uint8Array, rateHz: number): number {
  if (packet.length === 0) return 0;
  const steps = frameSteps[packet[0]! >> 3]! * frameCount(packet);
  return steps > longestPacketSteps ? 0 : (steps * rateHz) / 400;
}

/** Whether the packet carries the frame before it once more, at low rate (LBRR, in-band FEC). */
export function opusPacketHasFec(packet: Uint8Array): boolean {
  if (packet.length === 0) return false;
  const configuration = packet[0]! >> 3;
  if (configuration >= firstCeltConfiguration) return false;
  const at = firstFrameAt(packet);
  if (at >= packet.length) return false;
  // The first frame opens with one bit of voice activity for each 20 ms and then the LBRR flag; a
  // stereo frame has the same again for the side channel. RFC 6716 §4.2.3
  const steps = frameSteps[configuration]!;
  const silkFrames = steps > 8 ? steps / 8 : 1;
  const bits = packet[at]!;
  const stereo = (packet[0]! & 4) !== 0;
  const middle = (bits >> (7 - silkFrames)) & 1;
  const side = stereo ? (bits >> (6 - 2 * silkFrames)) & 1 : 0;
  return (middle | side) === 1;
}

/** Frames in the packet by its code, 0 where malformed. RFC 6716 §3.2 */
function frameCount(packet: Uint8Array): number {
  const code = packet[0]! & 3;
  if (code === 0) return 1;
  if (code < 3) return 2;
  return packet.length < 2 ? 0 : packet[1]! & 63;
}

/** Where the first frame's bytes begin; the packet's length where it has none. */
function firstFrameAt(packet: Uint8Array): number {
  const code = packet[0]! & 3;
  if (code < 2) return 1;
  if (code === 2)
    return packet.length > 1 && packet[1]! === 0 ? packet.length : 1 + lengthBytes(packet, 1);
  if (packet.length < 2) return packet.length;
  const count = packet[1]!;
  let at = 2;
  if ((count & 0x40) !== 0) {
    // Padding length: each 255 adds 254 and one more byte.
    while (at < packet.length && packet[at] === 255) at++;
    at++;
  }
  if ((count & 0x80) === 0) return at;
  if (at >= packet.length || packet[at] === 0) return packet.length;
  for (let frame = 1; frame < (count & 63); frame++) at += lengthBytes(packet, at);
  return at;
}

/** A frame length takes two bytes from 252 up. RFC 6716 §3.2.1 */
const lengthBytes = (packet: Uint8Array, at: number): number => ((packet[at] ?? 0) < 252 ? 1 : 2);
