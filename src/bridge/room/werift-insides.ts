/**
 * What is needed of werift (0.25.2) behind its public face. All of it is looked up with care and at
 * run time: where werift is not built as expected, nothing is touched and werift's own way is taken.
 * `werift-insides.test.ts` says when an upgrade changed something.
 */
import { Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { isIP } from 'node:net';
import type { RTCDtlsTransport, RTCPeerConnection } from 'werift';
import type { SrtpSuite } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import { createSrtpSender } from '../rtp/srtp-sender.ts';

const property = (of: unknown, name: string): unknown => {
  if (typeof of !== 'object' || of === null) return undefined;
  const value: unknown = Reflect.get(of, name);
  return value;
};

/**
 * werift puts no error listener on its UDP sockets, so a failed send (no route to one of the
 * server's candidates, say) would end the whole worker.
 */
export const guardSockets = (peer: RTCPeerConnection, log: Logger): void => {
  for (const { connection } of peer.iceTransports) {
    const found = property(connection, 'protocols');
    const protocols: readonly unknown[] = Array.isArray(found) ? found : [];
    for (const protocol of protocols) {
      const socket = property(property(protocol, 'transport'), 'socket');
      if (!(socket instanceof EventEmitter) || socket.listenerCount('error') > 0) continue;
      socket.on('error', (error: Error) => {
        log.debug({ err: error }, 'room media socket error');
      });
    }
  }
};

/** Sends a plain RTP packet of the one SSRC, encrypted. The buffer is the caller's again on return. */
export type RtpSend = (packet: Uint8Array) => void;

/** The protection profiles that werift negotiates by DTLS. RFC 5764 §4.1.2, RFC 7714 §14.2 */
const suiteOfProfile: ReadonlyMap<unknown, SrtpSuite> = new Map([
  [0x0001, 'AES_CM_128_HMAC_SHA1_80'],
  [0x0007, 'AEAD_AES_128_GCM'],
]);
const masterKeyBytes = 16;

/**
 * A way past werift for our RTP: encrypted by our own sender with the keys of werift's DTLS
 * handshake, and put on the socket of the pair that ICE nominated. werift's way makes a cipher, five
 * promises and as many buffers for each packet.
 *
 * The roll-over counter is in our sender, so that all RTP of a transport goes this way or none. RTCP
 * counts by itself (RFC 3711 §3.2.1) and stays with werift. Undefined where the keys or the question
 * of consent are not found: then werift's `sendRtp` is the way.
 */
export const openRtpSend = (transport: RTCDtlsTransport): RtpSend | undefined => {
  const sender = openSender(transport);
  const { connection } = transport.iceTransport;
  const mayBeSent = property(connection, 'canSendApplicationData');
  if (sender === undefined || typeof mayBeSent !== 'function') return undefined;

  let pair: typeof connection.nominated;
  let route: Route | undefined;
  return (packet) => {
    // A copy: the socket may send it on a later turn, when the sender's buffer holds the next one.
    const sealed = Buffer.from(sender.protectRtp(packet));
    // Nobody may be sent media who did not consent of late. RFC 7675 §5.1
    if (Reflect.apply(mayBeSent, connection, []) !== true) return;
    if (connection.nominated !== pair) {
      pair = connection.nominated;
      route = routeOf(pair);
    }
    if (route === undefined) connection.send(sealed).catch(() => undefined);
    else sendOn(route, sealed);
  };
};

const openSender = (transport: RTCDtlsTransport) => {
  const config = property(property(transport, 'srtp'), 'config');
  const suite = suiteOfProfile.get(property(config, 'profile'));
  const keys = property(config, 'keys');
  const masterKey = property(keys, 'localMasterKey');
  const masterSalt = property(keys, 'localMasterSalt');
  if (suite === undefined || !(masterKey instanceof Uint8Array)) return undefined;
  if (!(masterSalt instanceof Uint8Array) || masterKey.length !== masterKeyBytes) return undefined;
  return createSrtpSender(suite, { masterKey, masterSalt });
};

interface Route {
  readonly socket: Socket;
  readonly address: string;
  readonly port: number;
}

/** Undefined for what is no UDP socket or has no numeric address: werift knows how. */
const routeOf = (pair: RTCDtlsTransport['iceTransport']['connection']['nominated']) => {
  const transport = property(property(pair, 'protocol'), 'transport');
  const socket = property(transport, 'socket');
  if (pair === undefined || property(transport, 'type') !== 'udp') return undefined;
  const [address, port] = pair.remoteAddr;
  return socket instanceof Socket && isIP(address) !== 0 ? { socket, address, port } : undefined;
};

const sendOn = ({ socket, address, port }: Route, packet: Buffer): void => {
  try {
    socket.send(packet, port, address);
  } catch {
    // Closed in this very moment.
  }
};
