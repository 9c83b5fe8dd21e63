/**
 * The checks by which we ask the room's server whether it still consents to be sent to, as plain bytes: a Binding
 * request as those of ICE (RFC 8445 §7.1), and its response. When they are due: `consent.ts`.
 */
import { randomFillSync } from 'node:crypto';
import {
  attribute,
  attributeBytes,
  attributeHeaderBytes,
  bindingRequest,
  bindingSuccess,
  createStunKey,
  headerBytes,
  magicCookie,
  sealBytes,
  transactionAt,
  transactionBytes,
  writeAttribute,
  writeHeader,
} from './stun-message.ts';

export interface ConsentCredentials {
  readonly localUfrag: string;
  readonly remoteUfrag: string;
  readonly remotePassword: string;
  readonly isControlling: boolean;
  readonly tieBreaker: bigint;
  /** The other end is ICE-lite: it is told with each check that this pair is the one. */
  readonly nominates: boolean;
}

export interface ConsentCheck {
  /** A new request; it stays as it is until the next. */
  request(credentials: ConsentCredentials): Buffer;
  /** Whether this is the genuine success response to the latest request, once. No bytes make it throw. */
  isAnsweredBy(datagram: Buffer): boolean;
}

/** Of a peer-reflexive candidate over UDP, the only component. RFC 8445 §5.1.2.1, §7.1.1 */
const priority = 0x6effffff;
const roleBytes = 8;

/** Where MESSAGE-INTEGRITY begins; undefined where there is none. What comes behind it counts for nothing. RFC 8489 §14.5 */
const integrityAtOf = (message: Buffer): number | undefined => {
  for (let at = headerBytes; at + attributeHeaderBytes <= message.length;) {
    const valueBytes = message.readUInt16BE(at + 2);
    const end = at + attributeBytes(valueBytes);
    if (end > message.length) return undefined;
    if (message.readUInt16BE(at) === attribute.messageIntegrity)
      return valueBytes === 20 ? at : undefined;
    at = end;
  }
  return undefined;
};

export const createConsentCheck = (): ConsentCheck => {
  const key = createStunKey();
  let request = Buffer.alloc(0);
  let isAwaited = false;

  const write = ({ isControlling, nominates, tieBreaker, ...names }: ConsentCredentials): void => {
    const username = Buffer.from(`${names.remoteUfrag}:${names.localUfrag}`, 'utf8');
    const bytes =
      headerBytes +
      attributeBytes(username.length) +
      attributeBytes(4) +
      attributeBytes(roleBytes) +
      (nominates ? attributeBytes(0) : 0) +
      sealBytes;
    if (request.length !== bytes) request = Buffer.alloc(bytes);
    writeHeader(request, bindingRequest);
    randomFillSync(request, transactionAt, transactionBytes);
    let at = headerBytes;
    request.set(username, writeAttribute(request, at, attribute.username, username.length));
    at += attributeBytes(username.length);
    request.writeUInt32BE(priority, writeAttribute(request, at, attribute.priority, 4));
    at += attributeBytes(4);
    const role = isControlling ? attribute.controlling : attribute.controlled;
    request.writeBigUInt64BE(tieBreaker, writeAttribute(request, at, role, roleBytes));
    at += attributeBytes(roleBytes);
    if (nominates) writeAttribute(request, at, attribute.useCandidate, 0);
    key.use(names.remotePassword);
    key.seal(request);
  };

  return {
    request: (credentials) => {
      write(credentials);
      isAwaited = true;
      return request;
    },
    isAnsweredBy: (datagram) => {
      if (!isAwaited || datagram.length < headerBytes) return false;
      if (datagram.readUInt16BE(0) !== bindingSuccess || datagram.readUInt32BE(4) !== magicCookie)
        return false;
      if (datagram.compare(request, transactionAt, headerBytes, transactionAt, headerBytes) !== 0)
        return false;
      const integrityAt = integrityAtOf(datagram);
      if (integrityAt === undefined || !key.isGenuine(datagram, integrityAt)) return false;
      isAwaited = false;
      return true;
    },
  };
};
