/** The headers of a leg's packets, for a trace that was asked for; told in batches. */
import type { PacketHeader } from '../call/ports/media.ts';

/** What was said or pressed is not in it. */
export type TrappedPacket = PacketHeader;

export interface PacketTrap {
  take(direction: 'in' | 'out', packet: Uint8Array, address: string, port: number): void;
  /** What came since the last time. */
  empty(): readonly TrappedPacket[];
}

const headerBytes = 12;
/** Ten seconds of both ways: nobody emptied it. */
const mostPackets = 1_000;

export const createPacketTrap = (nowMs: () => number): PacketTrap => {
  let packets: TrappedPacket[] = [];
  return {
    take: (direction, packet, remoteAddress, remotePort) => {
      if (packets.length >= mostPackets) return;
      packets.push({
        atMs: nowMs(),
        direction,
        remoteAddress,
        remotePort,
        header: packet.slice(0, headerBytes),
        bytes: packet.length,
      });
    },
    empty: () => {
      const taken = packets;
      packets = [];
      return taken;
    },
  };
};
