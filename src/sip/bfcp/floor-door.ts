/**
 * The one port of an address where devices speak BFCP, over UDP and over TCP: whose message it is, its
 * conference tells, and it counts only from where that call's device is.
 *
 *   datagram ──conference──▶ seat ──▶ its call
 *   connection ──first message──▶ seat ──▶ its call      (a newer one takes the place of an older)
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '../../call/ports/process.ts';
import { maxMessageBytes } from './bfcp-message.ts';
import { conferenceOf, messageBytes } from './parse-bfcp.ts';

export interface FloorSeat {
  readonly conferenceId: number;
  readonly transport: 'udp' | 'tcp';
  /** Where the device may speak from, at each moment. */
  readonly addresses: ReadonlySet<string>;
  readonly onMessage: (bytes: Buffer) => void;
  /** Another connection, or none any more. */
  readonly onLost: () => void;
}

export interface TakenSeat {
  /** To where the device spoke from last; dropped while it has not. */
  send(bytes: Buffer): void;
  close(): void;
}

export interface FloorDoor {
  readonly port: number;
  take(seat: FloorSeat): TakenSeat;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** A connection that says nothing of a call by then is nobody's. */
const silentMs = 10_000;
/** Of one call's device: the one in use, and one that takes its place. */
const maxConnectionsASeat = 2;

interface Occupied {
  readonly seat: FloorSeat;
  remote: { readonly address: string; readonly port: number } | undefined;
  connection: Socket | undefined;
}

const plain = (address = ''): string => address.replace(/^::ffff:/i, '');

/** Rejects where the port is taken. */
export const openFloorDoor = async (deps: {
  readonly address: string;
  /** 0: a free one. */
  readonly port: number;
  readonly log: Logger;
}): Promise<FloorDoor> => {
  const { address, log } = deps;
  const seats = new Map<number, Occupied>();
  const connections = new Set<Socket>();

  const seatFor = (bytes: Uint8Array, from: string, transport: 'udp' | 'tcp') => {
    const found = seats.get(conferenceOf(bytes) ?? -1);
    const isHere = found?.seat.addresses.has(from) === true && found.seat.transport === transport;
    return isHere ? found : undefined;
  };
  const hand = (of: Occupied, bytes: Buffer): void => {
    try {
      of.seat.onMessage(bytes);
    } catch (error) {
      log.error({ err: error }, 'floor message met a bug');
    }
  };

  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (bytes, { address: from, port }) => {
    const of = seatFor(bytes, plain(from), 'udp');
    if (of === undefined) return;
    of.remote = { address: from, port };
    hand(of, bytes);
  });
  udp.on('error', (error) => {
    log.debug({ err: error }, 'floor socket');
  });

  /** One message after the other; what is none ends the connection. */
  const read = (connection: Socket): void => {
    const from = plain(connection.remoteAddress);
    let waiting = Buffer.alloc(0);
    connection.on('data', (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
      for (;;) {
        const length = messageBytes(waiting);
        if (length !== undefined && length > maxMessageBytes) connection.destroy();
        if (length === undefined || length > maxMessageBytes || waiting.length < length) return;
        const message = waiting.subarray(0, length);
        waiting = waiting.subarray(length);
        const of = seatFor(message, from, 'tcp');
        if (of === undefined) {
          connection.destroy();
          return;
        }
        sit(of, connection);
        hand(of, message);
      }
    });
  };
  const sit = (of: Occupied, connection: Socket): void => {
    if (of.connection === connection) return;
    const before = of.connection;
    of.connection = connection;
    connection.setTimeout(0);
    if (before === undefined) return;
    before.destroy();
    of.seat.onLost();
  };

  const server = createServer((connection) => {
    const from = plain(connection.remoteAddress);
    const expected = [...seats.values()].filter(({ seat }) => seat.addresses.has(from)).length;
    const there = [...connections].filter((each) => plain(each.remoteAddress) === from).length;
    connection.on('error', () => undefined);
    if (there >= expected * maxConnectionsASeat) {
      connection.destroy();
      return;
    }
    connections.add(connection);
    connection.setTimeout(silentMs, () => connection.destroy());
    connection.setNoDelay(true);
    connection.on('close', () => {
      connections.delete(connection);
      for (const of of seats.values()) {
        if (of.connection !== connection) continue;
        of.connection = undefined;
        of.seat.onLost();
      }
    });
    read(connection);
  });

  await bindUdp(udp, address, deps.port);
  const { port } = udp.address();
  try {
    await listen(server, address, port);
  } catch (error) {
    udp.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    seats.clear();
    for (const connection of connections) connection.destroy();
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    await new Promise<void>((resolve) => {
      udp.close(() => {
        resolve();
      });
    });
  };

  return {
    port,
    take: (seat) => {
      const of: Occupied = { seat, remote: undefined, connection: undefined };
      seats.set(seat.conferenceId, of);
      return {
        send: (bytes) => {
          if (seat.transport === 'tcp') of.connection?.write(bytes);
          else if (of.remote !== undefined) udp.send(bytes, of.remote.port, of.remote.address);
        },
        close: () => {
          if (seats.get(seat.conferenceId) === of) seats.delete(seat.conferenceId);
          of.connection?.destroy();
        },
      };
    },
    close: () => (closing ??= close()),
  };
};

const bindUdp = (socket: UdpSocket, address: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port }, () => {
      socket.off('error', reject);
      resolve();
    });
  });

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
