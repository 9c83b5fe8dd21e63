/** SRTP with AES_CM_128_HMAC_SHA1_80, by RFC 3711 and not by our code; RTP alone. */
import { createCipheriv, createHmac } from 'node:crypto';

export interface RawSrtp {
  protect(packet: Buffer): Buffer;
  /** Undefined where the tag is wrong. */
  open(packet: Buffer): Buffer | undefined;
}

const tagBytes = 10;
const headerBytes = 12;

/** §4.3: the label in the seventh byte of the salt, then the key stream from counter 0. */
const derive = (key: Buffer, salt: Buffer, label: number, bytes: number): Buffer => {
  const counter = Buffer.concat([salt, Buffer.alloc(2)]);
  counter[7] = (counter[7] ?? 0) ^ label;
  return createCipheriv('aes-128-ctr', key, counter).update(Buffer.alloc(bytes));
};

/** One direction: a key and salt of 30 bytes, as `inline:` has them. */
export const createRawSrtp = (keyAndSalt: Buffer): RawSrtp => {
  const [masterKey, masterSalt] = [keyAndSalt.subarray(0, 16), keyAndSalt.subarray(16)];
  const key = derive(masterKey, masterSalt, 0, 16);
  const authenticates = derive(masterKey, masterSalt, 1, 20);
  const salt = derive(masterKey, masterSalt, 2, 14);
  let highest: number | undefined;
  let rollovers = 0;

  /** §3.3.1, for packets that come nearly in order. */
  const rolloversOf = (sequence: number): number => {
    if (highest === undefined) highest = sequence;
    if (sequence < highest - 0x8000) {
      rollovers += 1;
      highest = sequence;
    }
    if (sequence > highest + 0x8000) return rollovers - 1;
    highest = Math.max(highest, sequence);
    return rollovers;
  };
  /** §4.1.1: the salt, with SSRC and packet index put into it. */
  const crypt = (packet: Buffer, rolledOver: number): Buffer => {
    const index = Buffer.alloc(16);
    packet.copy(index, 4, 8, 12);
    index.writeUInt32BE(rolledOver, 8);
    packet.copy(index, 12, 2, 4);
    const counter = Buffer.concat([salt, Buffer.alloc(2)]).map(
      (byte, at) => byte ^ (index[at] ?? 0),
    );
    const payload = packet.subarray(headerBytes);
    return Buffer.concat([
      packet.subarray(0, headerBytes),
      createCipheriv('aes-128-ctr', key, counter).update(payload),
    ]);
  };
  const tagOf = (packet: Buffer, rolledOver: number): Buffer => {
    const rolls = Buffer.alloc(4);
    rolls.writeUInt32BE(rolledOver);
    const whole = createHmac('sha1', authenticates).update(packet).update(rolls).digest();
    return whole.subarray(0, tagBytes);
  };

  return {
    protect: (packet) => {
      const rolledOver = rolloversOf(packet.readUInt16BE(2));
      const crypted = crypt(packet, rolledOver);
      return Buffer.concat([crypted, tagOf(crypted, rolledOver)]);
    },
    open: (packet) => {
      if (packet.length < headerBytes + tagBytes) return undefined;
      const crypted = packet.subarray(0, -tagBytes);
      const rolledOver = rolloversOf(packet.readUInt16BE(2));
      const isGood = tagOf(crypted, rolledOver).equals(packet.subarray(-tagBytes));
      return isGood ? crypt(crypted, rolledOver) : undefined;
    },
  };
};
