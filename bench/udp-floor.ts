/**
 * The floor: a process that receives and sends the packets of calls and does nothing else. Each
 * caller has two sockets, as in the gateway: what comes on the caller's is sent back and once more
 * to the room; what comes on the room's is taken. No RTP is read, nothing is mixed or encrypted.
 *
 *   node bench/udp-floor.ts <callers>    tells its ports to the process that forked it
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface FloorPorts {
  readonly callerPorts: readonly number[];
  readonly roomPorts: readonly number[];
}

const openSocket = async (): Promise<Socket> => {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
};

const openCaller = async () => {
  const [caller, room] = [await openSocket(), await openSocket()];
  let roomAddress: { readonly address: string; readonly port: number } | undefined;
  caller.on('message', (packet, from) => {
    caller.send(packet, from.port, from.address);
    if (roomAddress !== undefined) room.send(packet, roomAddress.port, roomAddress.address);
  });
  room.on('message', (_packet, from) => {
    roomAddress ??= { address: from.address, port: from.port };
  });
  return { callerPort: caller.address().port, roomPort: room.address().port };
};

const callers = Number(process.argv[2]);
const opened = await Promise.all(Array.from({ length: callers }, openCaller));
const ports: FloorPorts = {
  callerPorts: opened.map(({ callerPort }) => callerPort),
  roomPorts: opened.map(({ roomPort }) => roomPort),
};
process.send?.(ports);
process.on('disconnect', () => {
  process.exit();
});
