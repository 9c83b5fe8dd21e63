/** The client of floor control in a device, bare: bytes by RFC 8855 §5 and not by our code, over UDP or TCP. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface FloorServer {
  readonly port: number;
  readonly conference: number;
  readonly user: number;
  readonly floor: number;
}

export interface BfcpClient {
  readonly transport: 'udp' | 'tcp';
  /** For the SDP: over TCP it is the one that connects, and has none. */
  readonly port: number;
  /** Where to speak; over TCP connects, once. */
  meet(server: FloorServer): void;
  /** Connections made. */
  connections(): number;
  /** Primitives that came, oldest first. */
  primitives(): readonly number[];
  /** The status in the last message about a request: 3 granted, 6 released, 7 revoked. */
  status(): number | undefined;
  /** Whose floor it is by the last FloorStatus: a user; undefined: nobody's. */
  beneficiary(): number | undefined;
  hello(): void;
  queryFloor(): void;
  requestFloor(): void;
  releaseFloor(): void;
  close(): Promise<void>;
}

const [floorRequestStatus, floorStatus] = [4, 8];
const [floorRequestStatusAck, floorStatusAck] = [14, 15];

export const createBfcpClient = async (transport: 'udp' | 'tcp'): Promise<BfcpClient> => {
  const udp = createSocket('udp4');
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  let tcp: Socket | undefined;
  let connections = 0;
  let server: FloorServer = { port: 9, conference: 0, user: 0, floor: 0 };
  const came: number[] = [];
  let transaction = 0;
  let status: number | undefined;
  let requestId = 0;
  let beneficiary: number | undefined;

  const send = (primitive: number, attributes: readonly number[], id = (transaction += 1)) => {
    const isAnswer = primitive === floorRequestStatusAck || primitive === floorStatusAck;
    const head = Buffer.alloc(12);
    // Version 2 of datagrams, 1 of connections; an acknowledgement has the R bit.
    head[0] = (transport === 'udp' ? 0x40 : 0x20) | (isAnswer ? 0x10 : 0);
    head[1] = primitive;
    head.writeUInt16BE(attributes.length / 4, 2);
    head.writeUInt32BE(server.conference, 4);
    head.writeUInt16BE(id, 8);
    head.writeUInt16BE(server.user, 10);
    const whole = Buffer.concat([head, Buffer.from(attributes)]);
    if (transport === 'udp') udp.send(whole, server.port, '127.0.0.1');
    else tcp?.write(whole);
  };
  const take = (bytes: Buffer): void => {
    const primitive = bytes[1] ?? 0;
    came.push(primitive);
    // What is told over TCP has no transaction, and no answer. §8.2
    const wantsAnswer = ((bytes[0] ?? 0) & 0x10) === 0 && bytes.readUInt16BE(8) !== 0;
    // FLOOR-REQUEST-INFORMATION (15, M): ID, then OVERALL-REQUEST-STATUS with REQUEST-STATUS in it.
    const at = bytes.indexOf(Buffer.from([31]), 12);
    const said = at < 0 ? undefined : bytes.subarray(at);
    if (primitive === floorRequestStatus) {
      requestId = said?.readUInt16BE(2) ?? 0;
      status = said?.[10];
      if (wantsAnswer) send(floorRequestStatusAck, [], bytes.readUInt16BE(8));
    } else if (primitive === floorStatus) {
      const of = said?.indexOf(Buffer.from([29])) ?? -1;
      beneficiary = said === undefined || of < 0 ? undefined : said.readUInt16BE(of + 2);
      if (wantsAnswer) send(floorStatusAck, [], bytes.readUInt16BE(8));
    }
  };
  udp.on('message', take);

  const dial = (): Socket => {
    const socket = connect({ host: '127.0.0.1', port: server.port });
    connections += 1;
    let waiting = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
      while (waiting.length >= 12 && waiting.length >= 12 + 4 * waiting.readUInt16BE(2)) {
        const length = 12 + 4 * waiting.readUInt16BE(2);
        take(waiting.subarray(0, length));
        waiting = waiting.subarray(length);
      }
    });
    return socket;
  };
  const floorId = (): readonly number[] => [5, 4, server.floor >> 8, server.floor & 0xff];

  return {
    transport,
    port: transport === 'udp' ? udp.address().port : 9,
    meet: (met) => {
      server = met;
      if (transport === 'tcp') tcp ??= dial();
    },
    connections: () => connections,
    primitives: () => came,
    status: () => status,
    beneficiary: () => beneficiary,
    hello: () => {
      send(11, []);
    },
    queryFloor: () => {
      send(7, floorId());
    },
    requestFloor: () => {
      send(1, floorId());
    },
    releaseFloor: () => {
      send(2, [7, 4, requestId >> 8, requestId & 0xff]);
    },
    close: async () => {
      tcp?.destroy();
      await new Promise<void>((done) => {
        udp.close(() => {
          done();
        });
      });
    },
  };
};
