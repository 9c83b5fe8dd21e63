/** NAL units into payloads: whole where they fit or must not be cut, else as FU-A. RFC 6184 §5.8 */
import { nalTypes } from './h264-payload.ts';

/** What a payload is at most, so that IP does not cut the packet on any common way. */
export const maxPayloadBytes = 1200;
const fragmentHeaderBytes = 2;

/** `mode`: 0 has no fragments, units of any size go whole. */
export const packetize = (units: readonly Uint8Array[], mode: 0 | 1): readonly Buffer[] =>
  units.flatMap((unit) =>
    mode === 0 || unit.length <= maxPayloadBytes ? [asBuffer(unit)] : fragment(unit),
  );

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const fragment = (unit: Uint8Array): Buffer[] => {
  const header = unit[0]!;
  const room = maxPayloadBytes - fragmentHeaderBytes;
  const fragments: Buffer[] = [];
  for (let at = 1; at < unit.length; at += room) {
    const end = Math.min(unit.length, at + room);
    const payload = Buffer.allocUnsafe(fragmentHeaderBytes + end - at);
    const startBit = at === 1 ? 0x80 : 0;
    const endBit = end === unit.length ? 0x40 : 0;
    payload[0] = (header & 0xe0) | nalTypes.fuA;
    payload[1] = startBit | endBit | (header & 0x1f);
    payload.set(unit.subarray(at, end), fragmentHeaderBytes);
    fragments.push(payload);
  }
  return fragments;
};
