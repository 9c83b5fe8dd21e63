/**
 * Answers the checks with which the room's server keeps a nominated pair alive: every two seconds a
 * link, for as long as the call lasts. werift reads and writes each three times over; here it is one
 * pass and one keyed digest. Only what is as expected is answered: the rest is werift's (undefined).
 *
 * STUN: RFC 8489 §5 (header), §14 (attributes); ICE: RFC 8445 §7.3, keepalives §11.
 */
import { isIPv4 } from 'node:net';
import { crc32 } from 'node:zlib';
import { createKeyedDigest, isTagOf, sha1Bytes } from '../rtp/keyed-digest.ts';

export interface CheckCredentials {
  readonly localUfrag: string;
  readonly localPassword: string;
  readonly remoteUfrag: string;
  readonly isControlling: boolean;
}

/** The response to a Binding request from `address` (numeric), to be sent back to it. */
export type AnswerCheck = (
  request: Buffer,
  address: string,
  port: number,
  credentials: CheckCredentials,
) => Buffer | undefined;

const bindingRequest = 0x0001;
const bindingSuccess = 0x0101;
const magicCookie = 0x2112a442;
const headerBytes = 20;
const attributeHeaderBytes = 4;
const fingerprintMask = 0x5354554e;
/** XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY and FINGERPRINT with their headers, for an IPv4 address. */
const mappedBytes = 12;
const integrityBytes = attributeHeaderBytes + sha1Bytes;
const fingerprintBytes = 8;
const longestRequestBytes = 512;

const attribute = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  fingerprint: 0x8028,
  controlled: 0x8029,
  controlling: 0x802a,
} as const;
/** From here on a receiver may pass over what it does not know. RFC 8489 §14 */
const firstOptional = 0x8000;

interface Check {
  readonly username: string;
  readonly role: number;
  readonly integrityAt: number;
}

/** What a plain check says; undefined for any other message, and for one with more to decide (USE-CANDIDATE). */
const readCheck = (request: Buffer): Check | undefined => {
  const { length } = request;
  if (length < headerBytes + integrityBytes + fingerprintBytes || length > longestRequestBytes)
    return undefined;
  if (request.readUInt16BE(0) !== bindingRequest || request.readUInt32BE(4) !== magicCookie)
    return undefined;
  if (request.readUInt16BE(2) !== length - headerBytes || length % 4 !== 0) return undefined;
  const integrityAt = length - fingerprintBytes - integrityBytes;
  let username = '';
  let role = 0;
  let at = headerBytes;
  while (at < integrityAt) {
    const type = request.readUInt16BE(at);
    const valueBytes = request.readUInt16BE(at + 2);
    const valueAt = at + attributeHeaderBytes;
    if (valueAt + valueBytes > integrityAt) return undefined;
    if (type === attribute.username)
      username = request.toString('utf8', valueAt, valueAt + valueBytes);
    else if (type === attribute.controlled || type === attribute.controlling) role = type;
    else if (type < firstOptional && type !== attribute.priority) return undefined;
    at = valueAt + Math.ceil(valueBytes / 4) * 4;
  }
  return at === integrityAt && endsProperly(request, integrityAt)
    ? { username, role, integrityAt }
    : undefined;
};

/** Integrity and fingerprint come last, in this order, and the fingerprint fits. RFC 8489 §14.5, §14.7 */
const endsProperly = (message: Buffer, integrityAt: number): boolean => {
  const fingerprintAt = integrityAt + integrityBytes;
  return (
    message.readUInt16BE(integrityAt) === attribute.messageIntegrity &&
    message.readUInt16BE(integrityAt + 2) === sha1Bytes &&
    message.readUInt16BE(fingerprintAt) === attribute.fingerprint &&
    message.readUInt16BE(fingerprintAt + 2) === 4 &&
    message.readUInt32BE(fingerprintAt + 4) === fingerprintOf(message, fingerprintAt)
  );
};

const fingerprintOf = (message: Buffer, to: number): number =>
  (crc32(message.subarray(0, to)) ^ fingerprintMask) >>> 0;

const writeAttribute = (message: Buffer, at: number, type: number, valueBytes: number): number => {
  message.writeUInt16BE(type, at);
  message.writeUInt16BE(valueBytes, at + 2);
  return at + attributeHeaderBytes;
};

/** RFC 8489 §14.2, for IPv4 */
const writeMapped = (message: Buffer, at: number, address: string, port: number): void => {
  const valueAt = writeAttribute(
    message,
    at,
    attribute.xorMappedAddress,
    mappedBytes - attributeHeaderBytes,
  );
  message.writeUInt16BE(1, valueAt);
  message.writeUInt16BE(port ^ (magicCookie >>> 16), valueAt + 2);
  for (const [index, part] of address.split('.').entries()) {
    message[valueAt + 4 + index] = Number(part) ^ ((magicCookie >>> (24 - 8 * index)) & 0xff);
  }
};

export const createCheckAnswer = (): AnswerCheck => {
  let password = '';
  let keyed = createKeyedDigest(new Uint8Array(0));

  const useKey = (next: string): void => {
    if (next === password) return;
    password = next;
    keyed = createKeyedDigest(Buffer.from(next, 'utf8'));
  };

  /** Over what is before the integrity, with a length that ends behind it. RFC 8489 §14.5 */
  const digestUpTo = (message: Buffer, integrityAt: number): Uint8Array => {
    const length = message.readUInt16BE(2);
    message.writeUInt16BE(integrityAt + integrityBytes - headerBytes, 2);
    const digest = keyed.of(message.subarray(0, integrityAt));
    message.writeUInt16BE(length, 2);
    return digest;
  };

  const isGenuine = (request: Buffer, integrityAt: number): boolean =>
    isTagOf(
      digestUpTo(request, integrityAt),
      request,
      integrityAt + attributeHeaderBytes,
      sha1Bytes,
    );

  return (request, address, port, { localUfrag, localPassword, remoteUfrag, isControlling }) => {
    const check = isIPv4(address) ? readCheck(request) : undefined;
    if (check?.username !== `${localUfrag}:${remoteUfrag}`) return undefined;
    if (check.role !== (isControlling ? attribute.controlled : attribute.controlling))
      return undefined;
    useKey(localPassword);
    if (!isGenuine(request, check.integrityAt)) return undefined;

    const integrityAt = headerBytes + mappedBytes;
    const fingerprintAt = integrityAt + integrityBytes;
    const response = Buffer.alloc(fingerprintAt + fingerprintBytes);
    request.copy(response, 4, 4, headerBytes);
    response.writeUInt16BE(bindingSuccess, 0);
    response.writeUInt16BE(response.length - headerBytes, 2);
    writeMapped(response, headerBytes, address, port);
    const digest = digestUpTo(response, integrityAt);
    const digestAt = writeAttribute(response, integrityAt, attribute.messageIntegrity, sha1Bytes);
    response.set(digest, digestAt);
    const sumAt = writeAttribute(response, fingerprintAt, attribute.fingerprint, 4);
    response.writeUInt32BE(fingerprintOf(response, fingerprintAt), sumAt);
    return response;
  };
};
