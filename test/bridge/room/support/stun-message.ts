/** STUN messages of short-term credentials by node:crypto and node:zlib alone. RFC 8489 */
import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const stunAttribute = (type: number, value: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
};

/** RFC 8489 by node:crypto and node:zlib alone: the length counts what the sum is behind. */
export const signedStun = (
  type: number,
  id: Buffer,
  attributes: readonly Buffer[],
  password: string,
) => {
  const head = Buffer.alloc(20);
  head.writeUInt16BE(type, 0);
  head.writeUInt32BE(0x2112a442, 4);
  id.copy(head, 8);
  let message = Buffer.concat([head, ...attributes]);
  message.writeUInt16BE(message.length - 20 + 24, 2);
  const digest = createHmac('sha1', password).update(message).digest();
  message = Buffer.concat([message, stunAttribute(0x0008, digest)]);
  message.writeUInt16BE(message.length - 20 + 8, 2);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE((crc32(message) ^ 0x5354554e) >>> 0);
  return Buffer.concat([message, stunAttribute(0x8028, sum)]);
};
