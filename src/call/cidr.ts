/** Whether an address is in a list of networks. IPv4-mapped IPv6 addresses count as IPv4. */

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

function parseIpv4(text: string): bigint | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return undefined;
  let value = 0n;
  for (const part of text.split('.').map(Number)) {
    if (part > 255) return undefined;
    value = value * 256n + BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const v4 = tail?.[2] === undefined ? undefined : parseIpv4(tail[2]);
  if (tail !== null && v4 === undefined) return undefined;
  const hex =
    v4 === undefined
      ? text
      : `${tail?.[1] ?? ''}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  const [head = '', rest, more] = hex.split('::');
  if (more !== undefined) return undefined;
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = groups(rest ?? '');
  const missing = 8 - left.length - right.length;
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return all.reduce((value, group) => (value << 16n) + BigInt(`0x${group}`), 0n);
}

const mappedPrefix = 0xffffn;

function parseAddress(text: string): Address | undefined {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return { bits: 32, value: v4 };
  // A scope such as %eth0 says by which interface, not who.
  const v6 = parseIpv6(text.split('%')[0] ?? '');
  if (v6 === undefined) return undefined;
  if (v6 >> 32n === mappedPrefix) return { bits: 32, value: v6 & 0xffffffffn };
  return { bits: 128, value: v6 };
}

/** @param cidr `192.0.2.0/24`, `2001:db8::/32` or one address. Anything else contains nothing. */
export function isInNetwork(address: string, cidr: string): boolean {
  const [networkText = '', lengthText] = cidr.split('/');
  const network = parseAddress(networkText);
  const candidate = parseAddress(address);
  if (network?.bits !== candidate?.bits || network === undefined || candidate === undefined)
    return false;
  const length = lengthText === undefined ? network.bits : Number(lengthText);
  if (!Number.isInteger(length) || length < 0 || length > network.bits) return false;
  const shift = BigInt(network.bits - length);
  return network.value >> shift === candidate.value >> shift;
}
