/**
 * The floor of one device: whose slides are in its second stream. We are the server, and give the
 * floor to who came last, as conference units do. RFC 8855 §13
 *
 *   free ──screen in the room──▶ room ──FloorRequest──▶ device ──newer screen──▶ room …
 *    ▲                            │                       │ FloorRelease, Goodbye, lost
 *    └───── no screen left ───────┘      a screen is still there: room, else free ◀──┘
 *
 * The room has the floor only towards a device that speaks: until it does, and after it was lost, the
 * screen is shown in place of the speaker.
 */
import { attributeTypes, errorCodes, primitives } from './bfcp-message.ts';
import type { BfcpMessage, RequestStatus } from './bfcp-message.ts';
import { createBfcpTransactions } from './bfcp-transactions.ts';
import { errorCodeOf, floorIdOf, requestInformation, supported } from './build-bfcp.ts';
import { numberIn, parseBfcp } from './parse-bfcp.ts';

export type FloorHolder = 'nobody' | 'room' | 'device';

export interface FloorDesk {
  /** A datagram, or one message of a connection. */
  take(now: number, bytes: Uint8Array): void;
  /** The newest screen in the room by its key, which grows; undefined: there is none. */
  setScreen(now: number, key: number | undefined): void;
  /** The connection is gone, or there is another. */
  lose(now: number): void;
  nextTimeoutAt(): number | undefined;
  timeout(now: number): void;
  holder(): FloorHolder;
}

export interface FloorDeskDeps {
  readonly isReliable: boolean;
  readonly conferenceId: number;
  /** Of the device. */
  readonly userId: number;
  readonly floorId: number;
  readonly send: (bytes: Buffer) => void;
  readonly onHolder: (holder: FloorHolder) => void;
}

/** The room as a beneficiary: no device has this number. */
export const roomUserId = 0xfffe;
/** Of one device in a second: a person presses a button. */
const maxMessagesASecond = 30;

const knownAttributes: ReadonlySet<number> = new Set(Object.values(attributeTypes));

export const createFloorDesk = (deps: FloorDeskDeps): FloorDesk => {
  const { floorId, userId, conferenceId } = deps;
  let screen: number | undefined;
  let newestSeen = -1;
  let speaks = false;
  /** The device asked to be told of the floor. */
  let isTold = false;
  let floor: { readonly by: 'room' | 'device'; readonly requestId: number } | undefined;
  let lastRequestId = 0;
  let told: FloorHolder = 'nobody';
  let second = 0;
  let inSecond = 0;

  const transactions = createBfcpTransactions({
    ...deps,
    onLost: () => {
      leave();
    },
  });

  const nextRequestId = (): number => (lastRequestId = (lastRequestId % 0xfffe) + 1);
  const holder = (): FloorHolder => floor?.by ?? 'nobody';
  const tellHolder = (): void => {
    if (told === holder()) return;
    told = holder();
    deps.onHolder(told);
  };
  const information = (requestId: number, by: 'room' | 'device', status: RequestStatus) =>
    requestInformation({
      ...{ floorId, status, floorRequestId: requestId },
      beneficiaryId: by === 'device' ? userId : roomUserId,
    });
  const floorStatus = () => [
    floorIdOf(floorId),
    ...(floor === undefined ? [] : [information(floor.requestId, floor.by, 'granted')]),
  ];
  /** All who asked are told of each change. §13.5.2 */
  const changed = (now: number): void => {
    if (isTold) transactions.tell(now, primitives.floorStatus, floorStatus());
    tellHolder();
  };

  const giveToRoom = (): void => {
    floor =
      screen === undefined || !speaks ? undefined : { by: 'room', requestId: nextRequestId() };
  };
  const revoke = (now: number): void => {
    if (floor?.by !== 'device') return;
    const said = information(floor.requestId, 'device', 'revoked');
    transactions.tell(now, primitives.floorRequestStatus, [said]);
  };
  /** Nothing can be told to the device any more. */
  const leave = (): void => {
    speaks = isTold = false;
    floor = undefined;
    tellHolder();
  };

  const refuse = (
    now: number,
    to: Omit<BfcpMessage, 'attributes'>,
    code: number,
    details: readonly number[] = [],
  ): void => {
    transactions.answer(now, to, primitives.error, [errorCodeOf(code, details)]);
  };

  const request = (now: number, message: BfcpMessage): void => {
    if (numberIn(message, attributeTypes.floorId) !== floorId) {
      refuse(now, message, errorCodes.invalidFloorId);
      return;
    }
    const beneficiary = numberIn(message, attributeTypes.beneficiaryId) ?? userId;
    if (beneficiary !== userId) {
      refuse(now, message, errorCodes.unauthorized);
      return;
    }
    // Who has it and asks again has it.
    floor = floor?.by === 'device' ? floor : { by: 'device', requestId: nextRequestId() };
    const granted = [information(floor.requestId, 'device', 'granted')];
    transactions.answer(now, message, primitives.floorRequestStatus, granted);
    changed(now);
  };

  const release = (now: number, message: BfcpMessage): void => {
    const requestId = numberIn(message, attributeTypes.floorRequestId) ?? 0;
    if (requestId === 0 || requestId > lastRequestId) {
      refuse(now, message, errorCodes.floorRequestUnknown);
      return;
    }
    const released = [information(requestId, 'device', 'released')];
    transactions.answer(now, message, primitives.floorRequestStatus, released);
    // One that was revoked meanwhile changes nothing.
    if (floor?.by !== 'device' || floor.requestId !== requestId) return;
    giveToRoom();
    changed(now);
  };

  const query = (now: number, message: BfcpMessage): void => {
    const asked = numberIn(message, attributeTypes.floorId);
    if (asked !== undefined && asked !== floorId) {
      refuse(now, message, errorCodes.invalidFloorId);
      return;
    }
    // Without a floor it asks to be told no more. §12.1
    isTold = asked !== undefined;
    transactions.answer(now, message, primitives.floorStatus, isTold ? floorStatus() : []);
  };

  const queryRequest = (now: number, message: BfcpMessage): void => {
    const requestId = numberIn(message, attributeTypes.floorRequestId);
    if (floor === undefined || requestId !== floor.requestId) {
      refuse(now, message, errorCodes.floorRequestUnknown);
      return;
    }
    const said = [information(requestId, floor.by, 'granted')];
    transactions.answer(now, message, primitives.floorRequestStatus, said);
  };

  const heed = (now: number, message: BfcpMessage): void => {
    switch (message.primitive) {
      case primitives.hello:
        transactions.answer(now, message, primitives.helloAck, supported());
        return;
      case primitives.floorRequest:
        request(now, message);
        return;
      case primitives.floorRelease:
        release(now, message);
        return;
      case primitives.floorQuery:
        query(now, message);
        return;
      case primitives.floorRequestQuery:
        queryRequest(now, message);
        return;
      case primitives.goodbye:
        transactions.answer(now, message, primitives.goodbyeAck, []);
        leave();
        return;
      default:
        refuse(now, message, errorCodes.unknownPrimitive);
    }
  };

  const isTooMany = (now: number): boolean => {
    if (now - second >= 1000) [second, inSecond] = [now, 0];
    inSecond += 1;
    return inSecond > maxMessagesASecond;
  };

  return {
    take: (now, bytes) => {
      const parsed = parseBfcp(bytes);
      const head = parsed.ok ? parsed.message : parsed.head;
      if (head?.conferenceId !== conferenceId || isTooMany(now)) return;
      if (!parsed.ok) {
        // An Error is never answered: two who don't understand each other would go on for ever.
        if (head.isResponse || head.primitive === primitives.error) return;
        const isVersion = parsed.problem === 'version';
        refuse(now, head, isVersion ? errorCodes.unsupportedVersion : errorCodes.unparsable);
        return;
      }
      const { message } = parsed;
      if (!transactions.take(now, message)) return;
      if (message.userId !== userId) {
        refuse(now, message, errorCodes.userUnknown);
        return;
      }
      const unknown = message.attributes.filter(
        ({ type, isMandatory }) => isMandatory && !knownAttributes.has(type),
      );
      if (unknown.length > 0) {
        const types = unknown.map(({ type }) => type);
        refuse(now, message, errorCodes.unknownMandatoryAttribute, types);
        return;
      }
      const wasSilent = !speaks;
      speaks = true;
      heed(now, message);
      if (wasSilent && hasSpoken() && floor === undefined && screen !== undefined) {
        giveToRoom();
        changed(now);
      }
    },
    setScreen: (now, key) => {
      const isNewer = key !== undefined && key > newestSeen;
      newestSeen = Math.max(newestSeen, key ?? newestSeen);
      screen = key;
      if (floor?.by === 'device' && !isNewer) return;
      if (key === undefined && floor === undefined) return;
      if (floor?.by === 'room' && key !== undefined) return;
      revoke(now);
      giveToRoom();
      if (holder() !== told) changed(now);
    },
    lose: () => {
      transactions.reset();
      leave();
    },
    nextTimeoutAt: () => transactions.nextTimeoutAt(),
    timeout: (now) => {
      transactions.timeout(now);
    },
    holder,
  };

  /** Asked anew: a Goodbye is the first word of nobody. */
  function hasSpoken(): boolean {
    return speaks;
  }
};
