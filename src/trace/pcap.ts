/** The libpcap file format with raw IP packets (LINKTYPE_RAW): what Wireshark and tshark open. */
import { isIPv6 } from 'node:net';

export interface TracedEndpoint {
  readonly address: string;
  readonly port: number;
}

const linkTypeRaw = 101;
const longestPacketBytes = 65_535;

export const pcapHeader = (): Buffer => {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(longestPacketBytes, 16);
  header.writeUInt32LE(linkTypeRaw, 20);
  return header;
};

const ipv4Bytes = (address: string): Buffer =>
  Buffer.from(address.split('.').map((part) => Number(part) & 0xff));

const ipv6Bytes = (address: string): Buffer => {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
  const [before, after] = [words(head), words(tail ?? '')];
  const gap = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const all = [...before, ...Array.from({ length: gap }, () => 0), ...after].slice(0, 8);
  const bytes = Buffer.alloc(16);
  for (const [i, word] of all.entries()) bytes.writeUInt16BE(word & 0xffff, i * 2);
  return bytes;
};

/** RFC 791 §3.1: the sum of the header's words, end-around. */
const checksum = (bytes: Buffer): number => {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += bytes.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
};

const ipHeader = (from: string, to: string, payloadBytes: number): Buffer => {
  if (isIPv6(from) && isIPv6(to)) {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(0x6000_0000, 0);
    head.writeUInt16BE(payloadBytes, 4);
    head.set([17, 64], 6);
    return Buffer.concat([head, ipv6Bytes(from), ipv6Bytes(to)]);
  }
  const head = Buffer.alloc(20);
  head[0] = 0x45;
  head.writeUInt16BE(20 + payloadBytes, 2);
  head.set([64, 17], 8);
  head.set(ipv4Bytes(from), 12);
  head.set(ipv4Bytes(to), 16);
  head.writeUInt16BE(checksum(head), 10);
  return head;
};

/**
 * One UDP datagram as a record of the file. What went over TCP or TLS is written as UDP, too: the
 * message is what matters. `originalBytes`: of the payload before it was cut.
 */
export const pcapRecord = (
  atMs: number,
  from: TracedEndpoint,
  to: TracedEndpoint,
  payload: Uint8Array,
  originalBytes: number = payload.length,
): Buffer => {
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(from.port, 0);
  udp.writeUInt16BE(to.port, 2);
  // No checksum: allowed, and it could not be right once bytes are blanked. RFC 768
  udp.writeUInt16BE(8 + originalBytes, 4);
  const ip = ipHeader(from.address, to.address, 8 + originalBytes);
  const record = Buffer.alloc(16);
  record.writeUInt32LE(Math.floor(atMs / 1000), 0);
  record.writeUInt32LE(Math.floor((atMs % 1000) * 1000), 4);
  record.writeUInt32LE(ip.length + 8 + payload.length, 8);
  record.writeUInt32LE(ip.length + 8 + originalBytes, 12);
  return Buffer.concat([record, ip, udp, payload]);
};
