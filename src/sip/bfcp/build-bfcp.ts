/** BFCP written. RFC 8855 §5 */
import { attributeTypes, headerBytes, primitives, requestStatuses } from './bfcp-message.ts';
import type { BfcpAttribute, BfcpMessage, RequestStatus } from './bfcp-message.ts';

export const buildBfcp = (message: BfcpMessage): Buffer => {
  const body = buildAttributes(message.attributes);
  const head = Buffer.alloc(headerBytes);
  head[0] = (message.version << 5) | (message.isResponse ? 0x10 : 0);
  head[1] = message.primitive;
  head.writeUInt16BE(body.length / 4, 2);
  head.writeUInt32BE(message.conferenceId, 4);
  head.writeUInt16BE(message.transactionId, 8);
  head.writeUInt16BE(message.userId, 10);
  return Buffer.concat([head, body]);
};

const buildAttributes = (attributes: readonly BfcpAttribute[]): Buffer =>
  Buffer.concat(
    attributes.flatMap(({ type, isMandatory, value }) => [
      Buffer.from([(type << 1) | (isMandatory ? 1 : 0), value.length + 2]),
      value,
      Buffer.alloc((4 - ((value.length + 2) % 4)) % 4),
    ]),
  );

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
};
const attribute = (type: number, value: Uint8Array): BfcpAttribute => ({
  ...{ type, isMandatory: true, value },
});
/** Led by a number, then attributes in it. §5.2.14 to §5.2.18 */
const grouped = (type: number, id: number, inside: readonly BfcpAttribute[]): BfcpAttribute =>
  attribute(type, Buffer.concat([number(id), buildAttributes(inside)]));

export const floorIdOf = (floorId: number): BfcpAttribute =>
  attribute(attributeTypes.floorId, number(floorId));

export interface ShownRequest {
  readonly floorId: number;
  readonly floorRequestId: number;
  readonly beneficiaryId: number;
  readonly status: RequestStatus;
}

/** FLOOR-REQUEST-INFORMATION, with the order that §5.2.15 has. */
export const requestInformation = (request: ShownRequest): BfcpAttribute => {
  const { floorRequestId, floorId, beneficiaryId, status } = request;
  // The second byte is the place in the queue: nobody waits here.
  const said = attribute(attributeTypes.requestStatus, Buffer.from([requestStatuses[status], 0]));
  return grouped(attributeTypes.floorRequestInformation, floorRequestId, [
    grouped(attributeTypes.overallRequestStatus, floorRequestId, [said]),
    grouped(attributeTypes.floorRequestStatus, floorId, [said]),
    grouped(attributeTypes.beneficiaryInformation, beneficiaryId, []),
  ]);
};

/** `details`: the numbers of the attributes that were not understood. §5.2.6.1 */
export const errorCodeOf = (code: number, details: readonly number[] = []): BfcpAttribute =>
  attribute(attributeTypes.errorCode, Buffer.from([code, ...details.map((type) => type << 1)]));

/** What a HelloAck has to list. §5.3.12 */
export const supported = (): readonly BfcpAttribute[] => [
  attribute(attributeTypes.supportedPrimitives, Buffer.from(Object.values(primitives))),
  attribute(
    attributeTypes.supportedAttributes,
    Buffer.from(Object.values(attributeTypes).map((type) => type << 1)),
  ),
];
