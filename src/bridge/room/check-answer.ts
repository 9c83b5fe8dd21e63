/**
 * Answers the checks with which the room's server keeps a nominated pair alive: every two seconds a
 * link, for as long as the call lasts. werift reads and writes each three times over; here it is one
 * pass and one keyed digest. Only what is as expected is answered: the rest is werift's (undefined).
 *
 * STUN: RFC 8489 §5 (header), §14 (attributes); ICE: RFC 8445 §7.3, keepalives §11.
 */
import { isIPv4 } from 'node:net';
import { crc32 } from 'node:zlib';
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';

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
const digestBytes = 20;
/** XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY and FINGERPRINT with their headers, for an IPv4 address. */
const mappedBytes = 12;
const integrityBytes = attributeHeaderBytes + digestBytes;
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
    message.readUInt16BE(integrityAt + 2) === digestBytes &&
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
  let password: string | undefined;
  let keyed = hmac.create(sha1, new Uint8Array(0));
  let ofMessage = keyed.clone();
  const digest = new Uint8Array(digestBytes);

  const useKey = (next: string): void => {
    if (next === password) return;
    password = next;
    keyed = hmac.create(sha1, Buffer.from(next, 'utf8'));
    ofMessage = keyed.clone();
  };

  /** Fills `digest`: over what is before the integrity, with a length that ends behind it. RFC 8489 §14.5 */
  const digestUpTo = (message: Buffer, integrityAt: number): void => {
    const length = message.readUInt16BE(2);
    message.writeUInt16BE(integrityAt + integrityBytes - headerBytes, 2);
    keyed._cloneInto(ofMessage);
    ofMessage.update(message.subarray(0, integrityAt)).digestInto(digest);
    message.writeUInt16BE(length, 2);
  };

  const isGenuine = (request: Buffer, integrityAt: number): boolean => {
    digestUpTo(request, integrityAt);
    // To the end whatever differs: how long it takes tells nobody how much was right.
    let difference = 0;
    for (const [index, byte] of digest.entries()) {
      difference |= byte ^ (request[integrityAt + attributeHeaderBytes + index] ?? -1);
    }
    return difference === 0;
  };

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
    digestUpTo(response, integrityAt);
    response.set(
      digest,
      writeAttribute(response, integrityAt, attribute.messageIntegrity, digestBytes),
    );
    const sumAt = writeAttribute(response, fingerprintAt, attribute.fingerprint, 4);
    response.writeUInt32BE(fingerprintOf(response, fingerprintAt), sumAt);
    return response;
  };
};
