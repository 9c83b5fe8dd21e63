/** What may be handed to the DTLS library of what comes from anybody. RFC 6347 §4.1 */

/** Whether a datagram on a port of RTP is one of DTLS. RFC 7983 §7 */
export const isDtls = (datagram: Uint8Array): boolean =>
  datagram.length > 0 && datagram[0]! >= 20 && datagram[0]! <= 63;

const recordHeaderBytes = 13;
const handshakeHeaderBytes = 12;
const handshakeRecord = 22;
const clientHelloType = 1;
/** Of a handshake message: a chain of certificates has room. */
const maxHandshakeBytes = 16_384;

export interface DatagramFacts {
  readonly hasClientHello: boolean;
  /** A ClientHello without cookie: it begins a handshake. RFC 6347 §4.2.1 */
  readonly hasFirstHello: boolean;
}

/** Undefined where the records are not whole, or a message is said to be longer than any that we take. */
export const readDatagram = (datagram: Buffer): DatagramFacts | undefined => {
  let hasClientHello = false;
  let hasFirstHello = false;
  for (let at = 0; at < datagram.length;) {
    if (at + recordHeaderBytes > datagram.length) return undefined;
    const bodyAt = at + recordHeaderBytes;
    const end = bodyAt + datagram.readUInt16BE(at + 11);
    if (end > datagram.length) return undefined;
    const isClear = datagram.readUInt16BE(at + 3) === 0;
    if (datagram[at] === handshakeRecord && isClear) {
      if (end - bodyAt < handshakeHeaderBytes) return undefined;
      if (datagram.readUIntBE(bodyAt + 1, 3) > maxHandshakeBytes) return undefined;
      if (datagram[bodyAt] === clientHelloType) {
        hasClientHello = true;
        hasFirstHello ||= !hasCookie(datagram.subarray(bodyAt + handshakeHeaderBytes, end));
      }
    }
    at = end;
  }
  return { hasClientHello, hasFirstHello };
};

/** After version, random and session. */
const hasCookie = (clientHello: Buffer): boolean => {
  const cookieAt = 35 + (clientHello[34] ?? 0);
  return (clientHello[cookieAt] ?? 0) > 0;
};
