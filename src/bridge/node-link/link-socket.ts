/** The UDP socket by which one media worker speaks with those of other nodes. */
import type { PortRange } from '../rtp/port-pool.ts';
import type { OpenUdpSocket, UdpSocket } from '../udp/udp-socket.ts';

export interface LinkSocketOptions {
  /** A numeric address of this machine. */
  readonly address: string;
  readonly ports: PortRange;
  readonly openUdp: OpenUdpSocket;
  readonly nowMs: () => number;
  /** The bytes are good until it returns. */
  readonly onDatagram: (datagram: Buffer, arrivalMs: number) => void;
}

/** The datagrams of all other nodes that a stall of ours leaves waiting. */
const receiveBufferBytes = 1024 * 1024;
/** Of more meetings than a thread can carry, three ticks' worth. */
const mostAtOnce = 1024;

/** On the first free port of the range; undefined where none is, or the address is not of this machine. */
export const openLinkSocket = async (
  options: LinkSocketOptions,
): Promise<UdpSocket | undefined> => {
  const { address, ports, openUdp, nowMs, onDatagram } = options;
  for (let port = ports.first; port <= ports.last; port += 1) {
    const socket = await openUdp({
      ...{ address, port, nowMs, receiveBufferBytes, mostAtOnce },
      onPacket: (datagram, _address, _port, arrivalMs) => {
        onDatagram(datagram, arrivalMs);
      },
    });
    if (socket !== undefined) return socket;
  }
  return undefined;
};
