/**
 * What the checks of a nominated pair have in common: messages that end with MESSAGE-INTEGRITY under a short-term
 * password and FINGERPRINT. STUN: RFC 8489 §5 (header), §14 (attributes); ICE's: RFC 8445 §7.1.
 */
import { crc32 } from 'node:zlib';
import { createKeyedDigest, isTagOf, sha1Bytes } from '../rtp/keyed-digest.ts';

export const bindingRequest = 0x0001;
export const bindingSuccess = 0x0101;
export const magicCookie = 0x2112a442;
export const headerBytes = 20;
export const attributeHeaderBytes = 4;
/** Of the transaction, behind type, length and cookie. */
export const transactionAt = 8;
export const transactionBytes = 12;

const integrityBytes = attributeHeaderBytes + sha1Bytes;
const fingerprintBytes = attributeHeaderBytes + 4;
/** What stands at the end of each message. */
export const sealBytes = integrityBytes + fingerprintBytes;
const fingerprintMask = 0x5354554e;

export const attribute = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  controlled: 0x8029,
  controlling: 0x802a,
} as const;

/** Values are padded to words. */
export const attributeBytes = (valueBytes: number): number =>
  attributeHeaderBytes + Math.ceil(valueBytes / 4) * 4;

/** Whether so long a message of this type begins here. */
export const isStunOf = (type: number, message: Buffer): boolean =>
  message.length >= headerBytes + sealBytes &&
  message.length % 4 === 0 &&
  message.readUInt16BE(0) === type &&
  message.readUInt16BE(2) === message.length - headerBytes &&
  message.readUInt32BE(4) === magicCookie;

/** Writes the header of a message that fills `message`, without its transaction. */
export const writeHeader = (message: Buffer, type: number): void => {
  message.writeUInt16BE(type, 0);
  message.writeUInt16BE(message.length - headerBytes, 2);
  message.writeUInt32BE(magicCookie, 4);
};

/** Writes the attribute's header; returns where its value begins. */
export const writeAttribute = (
  message: Buffer,
  at: number,
  type: number,
  valueBytes: number,
): number => {
  message.writeUInt16BE(type, at);
  message.writeUInt16BE(valueBytes, at + 2);
  return at + attributeHeaderBytes;
};

/** Where the seal has to begin if integrity and fingerprint come last, in this order. RFC 8489 §14.5, §14.7 */
export const sealAt = (message: Buffer): number => message.length - sealBytes;

const fingerprintOf = (message: Buffer, to: number): number =>
  (crc32(message.subarray(0, to)) ^ fingerprintMask) >>> 0;

/** Whether the message ends as it should and its fingerprint fits; of the integrity nothing is said yet. */
export const endsProperly = (message: Buffer): boolean => {
  const integrityAt = sealAt(message);
  const fingerprintAt = integrityAt + integrityBytes;
  return (
    message.readUInt16BE(integrityAt) === attribute.messageIntegrity &&
    message.readUInt16BE(integrityAt + 2) === sha1Bytes &&
    message.readUInt16BE(fingerprintAt) === attribute.fingerprint &&
    message.readUInt16BE(fingerprintAt + 2) === 4 &&
    message.readUInt32BE(fingerprintAt + 4) === fingerprintOf(message, fingerprintAt)
  );
};

/** Integrity under one password, which seldom changes. */
export interface StunKey {
  use(password: string): void;
  /** Writes integrity and fingerprint at the end of a message that is done but for them. */
  seal(message: Buffer): void;
  /** Whether the integrity of a message that has it at `integrityAt` is right. The message stays as it is. */
  isGenuine(message: Buffer, integrityAt: number): boolean;
}

export const createStunKey = (): StunKey => {
  let password = '';
  let keyed = createKeyedDigest(new Uint8Array(0));

  /** Over what is before the integrity, with a length that ends behind it. RFC 8489 §14.5 */
  const digestUpTo = (message: Buffer, integrityAt: number): Uint8Array => {
    const length = message.readUInt16BE(2);
    message.writeUInt16BE(integrityAt + integrityBytes - headerBytes, 2);
    const digest = keyed.of(message.subarray(0, integrityAt));
    message.writeUInt16BE(length, 2);
    return digest;
  };

  return {
    use: (next) => {
      if (next === password) return;
      password = next;
      keyed = createKeyedDigest(Buffer.from(next, 'utf8'));
    },
    seal: (message) => {
      const integrityAt = sealAt(message);
      const fingerprintAt = integrityAt + integrityBytes;
      const digest = digestUpTo(message, integrityAt);
      message.set(
        digest,
        writeAttribute(message, integrityAt, attribute.messageIntegrity, sha1Bytes),
      );
      const sumAt = writeAttribute(message, fingerprintAt, attribute.fingerprint, 4);
      message.writeUInt32BE(fingerprintOf(message, fingerprintAt), sumAt);
    },
    isGenuine: (message, integrityAt) =>
      isTagOf(
        digestUpTo(message, integrityAt),
        message,
        integrityAt + attributeHeaderBytes,
        sha1Bytes,
      ),
  };
};
