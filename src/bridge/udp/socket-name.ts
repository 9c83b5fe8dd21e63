/** Addresses as the kernel has them: `struct sockaddr_in` and `sockaddr_in6`. ip(7), ipv6(7) */
import { isIPv6, SocketAddress } from 'node:net';
import type { Libc } from './libc.ts';

/** Of the longer of the two. */
export const socketNameBytes = 28;
const ipv4NameBytes = 16;
const familyIpv4 = 2;
const familyIpv6 = 10;
const portOffset = 2;
const addressOffset = { ipv4: 4, ipv6: 8 };

export const socketFamily = (address: string): number =>
  isIPv6(address) ? familyIpv6 : familyIpv4;

/** Undefined for a port or a numeric address that is none. */
export const socketName = (
  libc: Pick<Libc, 'inet_pton'>,
  address: string,
  port: number,
): Uint8Array | undefined => {
  if (!Number.isInteger(port) || port < 0 || port > 0xffff) return undefined;
  const family = socketFamily(address);
  const isIpv6 = family === familyIpv6;
  const name = Buffer.alloc(isIpv6 ? socketNameBytes : ipv4NameBytes);
  name.writeUInt16LE(family, 0);
  name.writeUInt16BE(port, portOffset);
  const into = name.subarray(isIpv6 ? addressOffset.ipv6 : addressOffset.ipv4);
  return libc.inet_pton(family, Buffer.from(`${address}\0`), into) === 1 ? name : undefined;
};

/** What the kernel wrote. */
export const readSocketName = (
  name: Buffer,
): { readonly address: string; readonly port: number } => {
  const port = name.readUInt16BE(portOffset);
  if (name.readUInt16LE(0) === familyIpv4) {
    const address = name.subarray(addressOffset.ipv4, addressOffset.ipv4 + 4).join('.');
    return { address, port };
  }
  const groups = Array.from({ length: 8 }, (_, index) =>
    name.readUInt16BE(addressOffset.ipv6 + 2 * index).toString(16),
  );
  // As everybody writes it: the longest row of zeros left out. RFC 5952
  return {
    address: new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address,
    port,
  };
};
