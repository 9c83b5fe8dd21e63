/**
 * Where the datagrams of DTLS go, and from whom they are taken: behind NAT the handshake comes from
 * another address than the SDP's, and before any RTP. Who finished it has shown a certificate: after
 * that only its own source counts.
 */
import type { MediaSession } from '../call/ports/media.ts';
import type { MediaComponent } from './leg-encryption.ts';
import type { RtpSocket } from './rtp/rtp-socket.ts';

export interface DtlsRoute {
  /** What the SDP says is where to send until something comes; the same again changes nothing. */
  setRemote(session: SignalledAddress): void;
  /** Whether to take a datagram that came from there. */
  accept(component: MediaComponent, isOpen: boolean, address: string, port: number): boolean;
  readonly send: (component: MediaComponent, datagram: Buffer) => void;
}

type SignalledAddress = Pick<MediaSession, 'remoteAddress' | 'remotePort' | 'remoteRtcpPort'>;

interface Source {
  readonly address: string;
  readonly port: number;
}

const nowhere: Source = { address: '', port: 0 };

export const createDtlsRoute = (socket: Pick<RtpSocket, 'sendRtp' | 'sendRtcp'>): DtlsRoute => {
  let heard: Partial<Record<MediaComponent, Source>> = {};
  let signalled: Readonly<Record<MediaComponent, Source>> = { rtp: nowhere, rtcp: nowhere };

  const towards = (component: MediaComponent): Source => heard[component] ?? signalled[component];

  return {
    setRemote: ({ remoteAddress: address, remotePort, remoteRtcpPort }) => {
      const { rtp, rtcp } = signalled;
      const isSame = rtp.address === address && rtp.port === remotePort;
      if (!isSame || rtcp.port !== remoteRtcpPort) heard = {};
      signalled = { rtp: { address, port: remotePort }, rtcp: { address, port: remoteRtcpPort } };
    },
    accept: (component, isOpen, address, port) => {
      const source = towards(component);
      if (source.address === address && source.port === port) return true;
      if (isOpen) heard[component] = { address, port };
      return isOpen;
    },
    send: (component, datagram) => {
      const { address, port } = towards(component);
      if (port === 0) return;
      if (component === 'rtp') socket.sendRtp(datagram, address, port);
      else socket.sendRtcp(datagram, address, port);
    },
  };
};
