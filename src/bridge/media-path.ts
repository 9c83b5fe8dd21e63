/**
 * The way of one medium between its socket and the leg: who is on the other end, and what protects
 * the packets. Sound has one, pictures have another.
 */
import type { MediaSession, SrtpSuite } from '../call/ports/media.ts';
import { createDtlsRoute } from './dtls-route.ts';
import { createLegEncryption, type LegEncryption, type MediaComponent } from './leg-encryption.ts';
import type { DtlsIdentity } from './rtp/dtls-identity.ts';
import { isDtls } from './rtp/dtls-record.ts';
import type { HandshakeProblem } from './rtp/dtls-proof.ts';
import { createRtpView, isRtcp, parseRtp, type RtpView } from './rtp/rtp-packet.ts';
import type { PacketListener, RtpSocket } from './rtp/rtp-socket.ts';
import { createSymmetricPeer } from './rtp/symmetric-peer.ts';

/** What offer and answer settled of the way; of sound or of pictures. */
export type PathSession = Pick<
  MediaSession,
  'remoteAddress' | 'remotePort' | 'remoteRtcpPort' | 'rtcpMux' | 'crypto' | 'dtls'
>;

export interface MediaPath {
  /** After each offer/answer: where packets come from is learnt anew. */
  configure(session: PathSession): void;
  /** Protects and sends; false while nothing may be sent. Rules of `RtpSocket.sendRtp`. */
  sendRtp(packet: Uint8Array): boolean;
  readonly sendRtcp: (compound: Uint8Array) => void;
  /** Datagrams of the socket. */
  readonly onRtp: PacketListener;
  readonly onRtcp: PacketListener;
  /** Where packets go. */
  address(): string;
  port(): number;
  readonly encryption: Pick<LegEncryption, 'isOn' | 'forged' | 'replayed'>;
  /** Idempotent, never rejects; the ports are free when it resolves. */
  close(): Promise<void>;
}

export interface MediaPathDeps {
  readonly socket: RtpSocket;
  readonly identity: DtlsIdentity | undefined;
  readonly nowMs: () => number;
  /** A packet of the other end, decrypted; the view is good until the next one. */
  readonly onPacket: (
    packet: Buffer,
    view: RtpView,
    address: string,
    port: number,
    arrivalMs: number,
  ) => void;
  readonly onCompound: (compound: Buffer) => void;
  readonly onKeys: (suite: SrtpSuite) => void;
  /** Whoever shook hands is not who was called. */
  readonly onFailed: (problem: HandshakeProblem) => void;
}

export const createMediaPath = (deps: MediaPathDeps): MediaPath => {
  const { socket } = deps;
  const view = createRtpView();
  const peer = createSymmetricPeer();
  const dtlsRoute = createDtlsRoute(socket);
  const encryption = createLegEncryption({
    identity: deps.identity,
    nowMs: deps.nowMs,
    sendDtls: dtlsRoute.send,
    onKeys: deps.onKeys,
    onFailed: deps.onFailed,
  });
  let isConfigured = false;
  let isMuxed = false;
  /** Without encryption. */
  let isPlain = false;
  /** Whom packets are taken from without another look, since symmetric RTP has locked. */
  let knownAddress = '';
  let knownPort = 0;

  const onDtls = (component: MediaComponent, datagram: Buffer, ...from: [string, number]): void => {
    if (!dtlsRoute.accept(component, encryption.isShakingHands(component), ...from)) return;
    // The handshake keeps what it is given.
    encryption.takeDtls(component, Buffer.from(datagram));
  };

  const onRtcp: PacketListener = (datagram, address, port) => {
    if (isDtls(datagram)) {
      onDtls('rtcp', datagram, address, port);
      return;
    }
    if (address !== peer.address()) return;
    const compound = encryption.unprotectRtcp(datagram);
    if (compound === undefined || !peer.acceptRtcp(address, port)) return;
    deps.onCompound(compound);
  };

  const onRtp: PacketListener = (datagram, address, port, arrivalMs) => {
    if (isDtls(datagram)) {
      onDtls('rtp', datagram, address, port);
      return;
    }
    if (isMuxed && isRtcp(datagram)) {
      onRtcp(datagram, address, port, arrivalMs);
      return;
    }
    const isKnown = port === knownPort && address === knownAddress;
    // A stranger's packet is not worth the work on its tag, and one without a good tag teaches nothing.
    if (!isKnown && peer.isLocked() && !peer.acceptRtp(address, port, 0)) return;
    const packet = isPlain ? datagram : encryption.unprotectRtp(datagram);
    if (packet === undefined || !parseRtp(packet, packet.length, view)) return;
    if (!isKnown && !takeFrom(address, port)) return;
    deps.onPacket(packet, view, address, port, arrivalMs);
  };

  const takeFrom = (address: string, port: number): boolean => {
    if (!peer.acceptRtp(address, port, view.ssrc)) return false;
    if (peer.isLocked()) {
      [knownAddress, knownPort] = [address, port];
      socket.settleOn(address, port);
    }
    return true;
  };

  return {
    configure: (session) => {
      isConfigured = true;
      isMuxed = session.rtcpMux;
      isPlain = session.crypto === undefined && session.dtls === undefined;
      [knownAddress, knownPort] = ['', 0];
      peer.setRemote(session.remoteAddress, session.remotePort, session.remoteRtcpPort);
      socket.unsettle();
      dtlsRoute.setRemote(session);
      encryption.configure(session);
    },
    sendRtp: (packet) => {
      if (!isConfigured) return false;
      const sealed = isPlain ? packet : encryption.protectRtp(packet);
      if (sealed === undefined) return false;
      socket.sendRtp(sealed, peer.address(), peer.port());
      return true;
    },
    sendRtcp: (compound) => {
      const sealed = isConfigured ? encryption.protectRtcp(compound) : undefined;
      if (sealed === undefined) return;
      if (isMuxed) socket.sendRtp(sealed, peer.address(), peer.port());
      else socket.sendRtcp(sealed, peer.address(), peer.rtcpPort());
    },
    onRtp,
    onRtcp,
    address: () => peer.address(),
    port: () => peer.port(),
    encryption,
    close: () => {
      encryption.close();
      return socket.close();
    },
  };
};
