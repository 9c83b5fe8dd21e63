/** werift's UDP sockets, for what passes by werift: as `werift-insides.ts`, looked up with care. */
import { Socket } from 'node:dgram';
import { isIP } from 'node:net';
import type { AdoptSocket, UdpSocket } from '../udp/udp-socket.ts';
import { property, type IceConnection } from './werift-insides.ts';

/** Sends a datagram; false while the socket still holds it, and sends it on a later turn. */
export type SendDatagram = (datagram: Buffer) => boolean;

/** Where a datagram goes: werift's addresses. */
type Address = readonly [string, number];

/** What of werift's sockets is read by us; see `divertMedia`. */
export interface DivertedSockets {
  /**
   * The way to the other end of a nominated pair. Its socket is connected to it, by which a send costs a quarter less;
   * what werift itself sends there goes the same way, and elsewhere disconnects. Undefined for what is no UDP socket
   * or has no numeric address: werift knows how.
   */
  openSend(pair: IceConnection['nominated']): SendDatagram | undefined;
}

/** Who takes what werift is not to see; of an adopted socket, bytes are good until the call returns. */
export interface Diversion {
  /** RTP and RTCP. */
  readonly takeMedia: (datagram: Buffer, arrivalMs?: number) => void;
  /** Whether a datagram of STUN is done with; `address` and `port` are where it came from. */
  readonly takeStun?: (datagram: Buffer, address: string, port: number) => boolean;
  /** Given, sockets are read as whoever gave it does, where it can. */
  readonly adopt?: AdoptSocket | undefined;
}

/**
 * Takes RTP and RTCP off werift's UDP sockets before werift sees them; DTLS goes on to it, and the STUN
 * that `takeStun` leaves. RFC 7983 §7. Undefined, nothing done, where the sockets are not as expected.
 */
export const divertMedia = (
  connection: IceConnection,
  { takeMedia, takeStun = () => false, adopt }: Diversion,
): DivertedSockets | undefined => {
  const found = property(connection, 'protocols');
  const transports = (Array.isArray(found) ? found : []).map((of) => property(of, 'transport'));
  const udp = transports.filter((transport) => property(transport, 'type') === 'udp');
  const listeners = udp.map((transport) => property(transport, 'onData'));
  if (udp.length === 0 || !listeners.every((listener) => typeof listener === 'function')) {
    return undefined;
  }
  const isTaken = (
    datagram: Buffer,
    address: string,
    port: number,
    arrivalMs?: number,
  ): boolean => {
    if (!isMedia(datagram)) return isStun(datagram) && takeStun(datagram, address, port);
    takeMedia(datagram, arrivalMs);
    return true;
  };
  const adopted = new Map<unknown, UdpSocket>();
  for (const [index, transport] of udp.entries()) {
    const listener = listeners[index];
    if (typeof transport !== 'object' || transport === null || listener === undefined) continue;
    Reflect.set(transport, 'onData', (datagram: Buffer, from: unknown) => {
      const [address, port] = addressOf(from) ?? ['', 0];
      if (!isTaken(datagram, address, port)) Reflect.apply(listener, transport, [datagram, from]);
    });
    const socket = property(transport, 'socket');
    if (adopt === undefined || !(socket instanceof Socket)) continue;
    const own = adopt(socket, (datagram, address, port, arrivalMs) => {
      if (isTaken(datagram, address, port, arrivalMs)) return;
      // werift may keep it.
      Reflect.apply(listener, transport, [Buffer.from(datagram), [address, port]]);
    });
    if (own !== undefined) adopted.set(transport, own);
  }
  return { openSend: (pair) => openSend(pair, adopted) };
};

const isMedia = (datagram: Buffer): boolean => {
  const first = datagram[0] ?? 0;
  return first >= 128 && first <= 191;
};

const isStun = (datagram: Buffer): boolean => (datagram[0] ?? 0) <= 3;

const addressOf = (from: unknown): Address | undefined => {
  if (!Array.isArray(from)) return undefined;
  const parts: readonly unknown[] = from;
  const [address, port] = parts;
  return typeof address === 'string' && typeof port === 'number' ? [address, port] : undefined;
};

const openSend = (
  pair: IceConnection['nominated'],
  adopted: ReadonlyMap<unknown, UdpSocket>,
): SendDatagram | undefined => {
  const transport = property(property(pair, 'protocol'), 'transport');
  if (pair === undefined || typeof transport !== 'object' || transport === null) return undefined;
  if (property(transport, 'type') !== 'udp' || isIP(pair.remoteAddr[0]) === 0) return undefined;
  const own = adopted.get(transport);
  return own === undefined
    ? sendBySocket(transport, pair.remoteAddr)
    : sendByAdopted(transport, own, pair.remoteAddr);
};

const sendByAdopted = (
  transport: object,
  socket: UdpSocket,
  [address, port]: Address,
): SendDatagram => {
  socket.settleOn(address, port);
  Reflect.set(transport, 'send', (datagram: Buffer, to: Address = [address, port]) => {
    socket.send(datagram, ...to);
    return Promise.resolve();
  });
  return (datagram) => {
    socket.send(datagram, address, port);
    return true;
  };
};

const sendBySocket = (transport: object, [address, port]: Address): SendDatagram | undefined => {
  const socket = property(transport, 'socket');
  const weriftSend = property(transport, 'send');
  if (!(socket instanceof Socket) || typeof weriftSend !== 'function') return undefined;
  let isConnected = false;
  socket.once('connect', () => {
    isConnected = true;
  });
  connect(socket, port, address);
  const disconnect = (): void => {
    if (isConnected) socket.disconnect();
    isConnected = false;
  };
  const send: SendDatagram = (datagram) => {
    try {
      if (!isConnected) {
        // Sent after a look-up, on a later turn: a copy, so that the buffer is the caller's again.
        socket.send(Buffer.from(datagram), port, address);
        return true;
      }
      socket.send(datagram);
      return socket.getSendQueueCount() === 0;
    } catch {
      // Closed in this very moment.
      return true;
    }
  };
  Reflect.set(transport, 'send', (datagram: Buffer, to?: Address) => {
    if (isConnected && (to === undefined || (to[0] === address && to[1] === port))) {
      send(datagram);
      return Promise.resolve();
    }
    disconnect();
    const sent: unknown = Reflect.apply(weriftSend, transport, [datagram, to]);
    return sent;
  });
  return send;
};

const connect = (socket: Socket, port: number, address: string): void => {
  try {
    socket.connect(port, address);
  } catch {
    // Connected before, or closed: it is sent to by address then.
  }
};
