/**
 * A way past werift for RTP, both ways: our own SRTP with the keys of werift's DTLS handshake, on the
 * socket of the pair that ICE nominated. werift's way makes a cipher, five promises and as many
 * buffers for each packet.
 *
 * The roll-over counter is in our sender and the replay windows in our receiver, so that all RTP of a
 * transport goes this way or none. RTCP counts by itself (RFC 3711 §3.2.1): that of the first SSRC is
 * sent by werift, and the server's is opened only where somebody reads what it says.
 */
import type { RTCDtlsTransport } from 'werift';
import { isRtcp } from '../rtp/rtp-packet.ts';
import { createSrtpReceiver } from '../rtp/srtp-receiver.ts';
import { createSrtpSender } from '../rtp/srtp-sender.ts';
import { maxSrtpOverheadBytes } from '../rtp/srtp-suite.ts';
import { createCheckAnswer } from './check-answer.ts';
import type { AdoptSocket } from '../udp/udp-socket.ts';
import { keepConsent, type Consent } from './consent.ts';
import {
  checkCredentialsOf,
  consentCredentialsOf,
  consentOf,
  endConsentChecks,
  srtpKeysOf,
  withdrawConsent,
} from './werift-insides.ts';
import { divertMedia, type SendDatagram } from './werift-sockets.ts';

/** The way of one SSRC's packets. */
export interface RtpStream {
  /** A buffer for the next packet, of at least so many bytes and room for what protection adds. */
  buffer(plainBytes: number): Buffer;
  /**
   * Protects and sends the first bytes of `buffer()`. The packets are of one SSRC, in order; one
   * that is sent again is the very same.
   */
  send(plainBytes: number): void;
}

export interface RtpPath extends RtpStream {
  /** For one more SSRC, whose RTCP goes this way too. */
  openStream(): RtpStream & { sendRtcp(compound: Uint8Array): void };
  /** With the connection. Idempotent. */
  close(): void;
}

/** The server forwards each track as a stream of its own, and a new one when it comes back. */
const maxStreams = 10_000;

export interface RtpPathOptions {
  /**
   * Gets each packet that came, decrypted in its own buffer. `arrivalMs`: when the kernel had it, on the monotonic clock;
   * undefined: now.
   */
  readonly onRtp: (packet: Buffer, arrivalMs?: number) => void;
  /** Gets each compound. */
  readonly onRtcp?: ((compound: Buffer) => void) | undefined;
  /** Given, the sockets are read as whoever gave it does, and what comes is good until the listener returns. */
  readonly adopt?: AdoptSocket | undefined;
  /** The server has not consented for so long that nothing more is sent to it. At most once. */
  readonly onConsentExpired: () => void;
}

/**
 * To be opened when the transport is connected. Undefined where werift is not built as expected: then werift's own way is
 * the way.
 */
export const openRtpPath = (
  transport: RTCDtlsTransport,
  { onRtp, onRtcp, adopt, onConsentExpired }: RtpPathOptions,
): RtpPath | undefined => {
  const keys = srtpKeysOf(transport);
  const { connection } = transport.iceTransport;
  const isConsented = consentOf(connection);
  if (keys === undefined || isConsented === undefined) return undefined;
  const receiver = createSrtpReceiver(keys.suite, keys.remote, undefined, maxStreams);
  const takeMedia = (datagram: Buffer, arrivalMs?: number): void => {
    if (isRtcp(datagram)) {
      if (onRtcp === undefined) return;
      const compoundBytes = receiver.unprotectRtcp(datagram);
      if (typeof compoundBytes === 'number') onRtcp(datagram.subarray(0, compoundBytes));
      return;
    }
    const length = receiver.unprotectRtp(datagram);
    if (typeof length === 'number') onRtp(datagram.subarray(0, length), arrivalMs);
  };

  let pair: typeof connection.nominated;
  let sendDatagram: SendDatagram | undefined;
  /** The way to the pair in use. */
  const wayOut = (): SendDatagram | undefined => {
    if (connection.nominated !== pair) {
      pair = connection.nominated;
      sendDatagram = sockets?.openSend(pair);
    }
    return sendDatagram;
  };
  /** False while the socket still holds the datagram. */
  const sendSealed = (sealed: Buffer): boolean => {
    // Nobody may be sent media who did not consent of late. RFC 7675 §5.1
    if (!isConsented()) return true;
    const send = wayOut();
    if (send !== undefined) return send(sealed);
    connection.send(Buffer.from(sealed)).catch(() => undefined);
    return true;
  };

  const answerCheck = createCheckAnswer();
  let consent: Consent | undefined;
  /** Keepalives of the pair in use, and what we asked it; what may change a pair is werift's to see. */
  const takeStun = (datagram: Buffer, address: string, port: number): boolean => {
    const send = wayOut();
    if (send === undefined || pair?.remoteAddr[0] !== address || pair.remoteAddr[1] !== port) {
      return false;
    }
    if (consent?.take(datagram) === true) return true;
    const credentials = checkCredentialsOf(connection);
    const response = credentials && answerCheck(datagram, address, port, credentials);
    if (response === undefined) return false;
    send(response);
    return true;
  };
  const sockets = divertMedia(connection, { takeMedia, takeStun, adopt });
  if (sockets === undefined) return undefined;
  if (wayOut() !== undefined && endConsentChecks(connection)) {
    consent = keepConsent({
      credentials: () => consentCredentialsOf(connection),
      send: (request) => wayOut()?.(request),
      onExpired: () => {
        withdrawConsent(connection);
        onConsentExpired();
      },
    });
  }

  const openStream: RtpPath['openStream'] = () => {
    const sender = createSrtpSender(keys.suite, keys.local);
    let buffer = Buffer.alloc(0);
    return {
      buffer: (plainBytes) => {
        const needed = plainBytes + maxSrtpOverheadBytes;
        if (buffer.length < needed) buffer = Buffer.alloc(needed);
        return buffer;
      },
      send: (plainBytes) => {
        const sealed = buffer.subarray(0, sender.protectRtpInPlace(buffer, plainBytes));
        // Still held by the socket: the next packet needs another buffer.
        if (!sendSealed(sealed)) buffer = Buffer.alloc(buffer.length);
      },
      sendRtcp: (compound) => {
        sendSealed(Buffer.from(sender.protectRtcp(compound)));
      },
    };
  };

  return { ...openStream(), openStream, close: () => consent?.close() };
};
