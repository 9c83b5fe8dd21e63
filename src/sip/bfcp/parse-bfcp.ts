/** BFCP read. RFC 8855 §5 */
import { headerBytes, maxMessageBytes } from './bfcp-message.ts';
import type { BfcpAttribute, BfcpMessage } from './bfcp-message.ts';

export type ParsedBfcp =
  | { readonly ok: true; readonly message: BfcpMessage }
  /**
   * `head`: enough to answer with an Error. `fragment`: it is one, which we don't put together: what
   * we are sent fits into a packet.
   */
  | {
      readonly ok: false;
      readonly problem: 'short' | 'version' | 'fragment' | 'length' | 'attributes';
      readonly head: Omit<BfcpMessage, 'attributes'> | undefined;
    };

/** How many bytes a message has that begins so; undefined where its head is not there yet. */
export const messageBytes = (bytes: Uint8Array): number | undefined =>
  bytes.length < 4 ? undefined : headerBytes + 4 * (((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0));

/** The conference of a datagram, for who looks for its call; undefined: none. */
export const conferenceOf = (bytes: Uint8Array): number | undefined =>
  bytes.length < headerBytes ? undefined : viewOf(bytes).getUint32(4);

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** One whole message, as a datagram has it. Never throws. */
export const parseBfcp = (bytes: Uint8Array): ParsedBfcp => {
  if (bytes.length < headerBytes) return { ok: false, problem: 'short', head: undefined };
  const view = viewOf(bytes);
  const first = view.getUint8(0);
  const head = {
    version: first >> 5,
    isResponse: (first & 0x10) !== 0,
    primitive: view.getUint8(1),
    conferenceId: view.getUint32(4),
    transactionId: view.getUint16(8),
    userId: view.getUint16(10),
  };
  if (head.version !== 1 && head.version !== 2) return { ok: false, problem: 'version', head };
  // The F bit is of version 2; before, it was reserved and to be ignored.
  if (head.version === 2 && (first & 0x08) !== 0) return { ok: false, problem: 'fragment', head };
  const length = messageBytes(bytes);
  if (length !== bytes.length || length > maxMessageBytes)
    return { ok: false, problem: 'length', head };
  const attributes = parseAttributes(bytes.subarray(headerBytes));
  if (attributes === undefined) return { ok: false, problem: 'attributes', head };
  return { ok: true, message: { ...head, attributes } };
};

/** Each is a head of two bytes, a value, and padding to four. §5.2 */
export const parseAttributes = (bytes: Uint8Array): readonly BfcpAttribute[] | undefined => {
  const attributes: BfcpAttribute[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [head = 0, length = 0] = bytes.subarray(at, at + 2);
    if (length < 2 || at + length > bytes.length) return undefined;
    const value = bytes.slice(at + 2, at + length);
    attributes.push({ type: head >> 1, isMandatory: (head & 1) === 1, value });
    at += Math.ceil(length / 4) * 4;
  }
  return attributes;
};

/** Of an attribute with a number of 16 bits: the first of that type. */
export const numberIn = (message: BfcpMessage, type: number): number | undefined => {
  const value = message.attributes.find((each) => each.type === type)?.value;
  return value?.length === 2 ? viewOf(value).getUint16(0) : undefined;
};
