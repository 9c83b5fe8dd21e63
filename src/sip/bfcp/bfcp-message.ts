/** The words of BFCP, RFC 8855 §5: as much of them as a floor control server of one floor needs. */

/** §5.1; others are numbers without a name here. */
export const primitives = {
  floorRequest: 1,
  floorRelease: 2,
  floorRequestQuery: 3,
  floorRequestStatus: 4,
  floorQuery: 7,
  floorStatus: 8,
  hello: 11,
  helloAck: 12,
  error: 13,
  floorRequestStatusAck: 14,
  floorStatusAck: 15,
  goodbye: 16,
  goodbyeAck: 17,
} as const;

/** §5.2 */
export const attributeTypes = {
  beneficiaryId: 1,
  floorId: 2,
  floorRequestId: 3,
  priority: 4,
  requestStatus: 5,
  errorCode: 6,
  errorInfo: 7,
  participantInfo: 8,
  statusInfo: 9,
  supportedAttributes: 10,
  supportedPrimitives: 11,
  userDisplayName: 12,
  userUri: 13,
  beneficiaryInformation: 14,
  floorRequestInformation: 15,
  requestedByInformation: 16,
  floorRequestStatus: 17,
  overallRequestStatus: 18,
} as const;

/** §5.2.5 */
export const requestStatuses = { granted: 3, denied: 4, cancelled: 5, released: 6, revoked: 7 };
export type RequestStatus = keyof typeof requestStatuses;

/** §5.2.6 */
export const errorCodes = {
  userUnknown: 2,
  unknownPrimitive: 3,
  unknownMandatoryAttribute: 4,
  unauthorized: 5,
  invalidFloorId: 6,
  floorRequestUnknown: 7,
  unparsable: 10,
  unsupportedVersion: 12,
} as const;

export interface BfcpAttribute {
  readonly type: number;
  /** The M bit: who does not know it must not go on. */
  readonly isMandatory: boolean;
  /** Without header and padding. */
  readonly value: Uint8Array;
}

export interface BfcpMessage {
  /** 1 over what is reliable (TCP), 2 over UDP. */
  readonly version: number;
  /** The R bit: an answer. Over UDP alone. */
  readonly isResponse: boolean;
  readonly primitive: number;
  readonly conferenceId: number;
  readonly transactionId: number;
  readonly userId: number;
  readonly attributes: readonly BfcpAttribute[];
}

export const headerBytes = 12;
/** What we ever get is under 100; a longer one is nobody's. */
export const maxMessageBytes = 1_200;
