/** What was said in a DTLS handshake, and where in it things are. RFC 5246 §7.4, RFC 6347 §4.2 */
import type { MediaDtls } from '../../call/ports/media.ts';

/** RFC 5246 §7.4 */
export const handshakeType = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

export interface HandshakeMessage {
  readonly type: number;
  readonly body: Buffer;
  /** With its header, as if it had come in one fragment. RFC 6347 §4.2.6 */
  readonly whole: Buffer;
}

export interface FinishedHandshake {
  /** Ours. */
  readonly role: MediaDtls['role'];
  /** From the ClientHello that counted, in their order. */
  readonly messages: readonly HandshakeMessage[];
  readonly masterSecret: Buffer;
  /** The other side's ephemeral public key that the secret was made with. */
  readonly remoteKey: Buffer;
  /** What the server's Finished says, where we are the client. */
  readonly serverFinished: Buffer | undefined;
}

const randomBytes = 32;
const useSrtpExtension = 14;

/** The first message of that type, whose presence and place the order has shown. */
export const find = ({ messages }: FinishedHandshake, type: number): Buffer => {
  const found = messages.find((message) => message.type === type);
  if (found === undefined) throw new RangeError('no such handshake message');
  return found.body;
};

/** The server's Certificate precedes the client's. The list's first is the sender's own. */
export const certificateOfPeer = ({ role, messages }: FinishedHandshake): Buffer => {
  const isCertificate = ({ type }: HandshakeMessage) => type === handshakeType.certificate;
  const found = role === 'client' ? messages.find(isCertificate) : messages.findLast(isCertificate);
  const body = found?.body ?? Buffer.alloc(0);
  return slice(body, 6, body.readUIntBE(3, 3));
};

/** The one profile of the ServerHello's use_srtp, without a key identifier. RFC 5764 §4.1.1 */
export const profileOf = (serverHello: Buffer): number | undefined => {
  let at = 2 + randomBytes;
  at += 1 + serverHello.readUInt8(at) + 3; // session, cipher suite, compression
  const end = at + 2 + serverHello.readUInt16BE(at);
  for (at += 2; at < end; at += 4 + serverHello.readUInt16BE(at + 2)) {
    if (serverHello.readUInt16BE(at) !== useSrtpExtension) continue;
    const extension = slice(serverHello, at + 4, serverHello.readUInt16BE(at + 2));
    const isOne = extension.length === 5 && extension.readUInt16BE(0) === 2;
    return isOne && extension[4] === 0 ? extension.readUInt16BE(2) : undefined;
  }
  return undefined;
};

export const randomsOf = (handshake: FinishedHandshake): readonly [Buffer, Buffer] => [
  slice(find(handshake, handshakeType.clientHello), 2, randomBytes),
  slice(find(handshake, handshakeType.serverHello), 2, randomBytes),
];

export const wholeOf = (messages: readonly HandshakeMessage[]): Buffer =>
  Buffer.concat(messages.map(({ whole }) => whole));
export const before = ({ messages }: FinishedHandshake, type: number): Buffer =>
  wholeOf(
    messages.slice(
      0,
      messages.findIndex((message) => message.type === type),
    ),
  );

/** Throws where the bytes are not there. */
export const slice = (bytes: Buffer, at: number, length: number): Buffer => {
  if (at + length > bytes.length) throw new RangeError('handshake message too short');
  return bytes.subarray(at, at + length);
};
