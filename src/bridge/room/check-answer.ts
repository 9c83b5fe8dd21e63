/**
 * Answers the checks with which the room's server keeps a nominated pair alive: every two seconds a
 * link, for as long as the call lasts. werift reads and writes each three times over; here it is one
 * pass and one keyed digest. Only what is as expected is answered: the rest is werift's (undefined).
 *
 * ICE: RFC 8445 §7.3, keepalives §11.
 */
import { isIPv4 } from 'node:net';
import {
  attribute,
  attributeBytes,
  attributeHeaderBytes,
  bindingRequest,
  bindingSuccess,
  createStunKey,
  endsProperly,
  headerBytes,
  isStunOf,
  magicCookie,
  sealAt,
  sealBytes,
  transactionAt,
  writeAttribute,
  writeHeader,
} from './stun-message.ts';

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

/** XOR-MAPPED-ADDRESS of an IPv4 address. */
const mappedValueBytes = 8;
const longestRequestBytes = 512;
/** From here on a receiver may pass over what it does not know. RFC 8489 §14 */
const firstOptional = 0x8000;

interface Check {
  readonly username: string;
  readonly role: number;
}

/** What a plain check says; undefined for any other message, and for one with more to decide (USE-CANDIDATE). */
const readCheck = (request: Buffer): Check | undefined => {
  if (request.length > longestRequestBytes || !isStunOf(bindingRequest, request)) return undefined;
  const end = sealAt(request);
  let username = '';
  let role = 0;
  let at = headerBytes;
  while (at < end) {
    const type = request.readUInt16BE(at);
    const valueBytes = request.readUInt16BE(at + 2);
    const valueAt = at + attributeHeaderBytes;
    if (valueAt + valueBytes > end) return undefined;
    if (type === attribute.username)
      username = request.toString('utf8', valueAt, valueAt + valueBytes);
    else if (type === attribute.controlled || type === attribute.controlling) role = type;
    else if (type < firstOptional && type !== attribute.priority) return undefined;
    at += attributeBytes(valueBytes);
  }
  return at === end && endsProperly(request) ? { username, role } : undefined;
};

/** RFC 8489 §14.2, for IPv4 */
const writeMapped = (message: Buffer, at: number, address: string, port: number): void => {
  const valueAt = writeAttribute(message, at, attribute.xorMappedAddress, mappedValueBytes);
  message.writeUInt16BE(1, valueAt);
  message.writeUInt16BE(port ^ (magicCookie >>> 16), valueAt + 2);
  for (const [index, part] of address.split('.').entries()) {
    message[valueAt + 4 + index] = Number(part) ^ ((magicCookie >>> (24 - 8 * index)) & 0xff);
  }
};

export const createCheckAnswer = (): AnswerCheck => {
  const key = createStunKey();
  return (request, address, port, { localUfrag, localPassword, remoteUfrag, isControlling }) => {
    const check = isIPv4(address) ? readCheck(request) : undefined;
    if (check?.username !== `${localUfrag}:${remoteUfrag}`) return undefined;
    if (check.role !== (isControlling ? attribute.controlled : attribute.controlling))
      return undefined;
    key.use(localPassword);
    if (!key.isGenuine(request, sealAt(request))) return undefined;

    const response = Buffer.alloc(headerBytes + attributeBytes(mappedValueBytes) + sealBytes);
    writeHeader(response, bindingSuccess);
    request.copy(response, transactionAt, transactionAt, headerBytes);
    writeMapped(response, headerBytes, address, port);
    key.seal(response);
    return response;
  };
};
