/** The packets of callers without telephony: for the bare UDP process that is the floor. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { LineClock } from './line-clock.ts';
import { openFarmLine } from './farm-line.ts';
import { voiceLaw, type Voice } from './voice.ts';

/** Where the packets of one caller go. */
export interface UdpLoad {
  readonly address: string;
  /** One a caller: echoes what the caller sends. */
  readonly callerPorts: readonly number[];
  /** One a caller: takes what comes from the room; learns from the first packet where the room is. */
  readonly roomPorts: readonly number[];
  /** Whether the room has a speaker: then 50 packets a second go to each room port, else one at the beginning. */
  readonly roomSpeaks: boolean;
}

const payloadType = { PCMA: 8, PCMU: 0 }[voiceLaw];
/** Opus at LiveKit's usual rate for speech, with SRTP tag and header extensions. */
const roomPacketBytes = 110;

export const startUdpLoad = async (load: UdpLoad, clock: LineClock, voice: Voice) => {
  const lines = await Promise.all(
    load.callerPorts.map(async (port) => {
      const line = await openFarmLine(clock, voice, load.address);
      line.connect({
        address: load.address,
        port,
        payloadType,
        telephoneEventPayloadType: undefined,
      });
      return line;
    }),
  );
  const roomSockets: Socket[] = [];
  const removeTicks: (() => void)[] = [];
  const packet = Buffer.alloc(roomPacketBytes);
  for (const port of load.roomPorts) {
    const socket = createSocket('udp4');
    socket.bind(0, load.address);
    await once(socket, 'listening');
    socket.on('error', () => undefined).on('message', () => undefined);
    const send = () => {
      socket.send(packet, port, load.address);
    };
    send();
    if (load.roomSpeaks) removeTicks.push(clock.add(send));
    roomSockets.push(socket);
  }
  return {
    lines,
    close() {
      for (const remove of removeTicks) remove();
      for (const line of lines) line.close();
      for (const socket of roomSockets) socket.close();
    },
  };
};
