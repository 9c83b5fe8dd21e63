/** The door of floor control on real sockets of loopback. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { silentLogger } from '../../../src/caller/silent-logger.ts';
import { openFloorDoor, type FloorDoor } from '../../../src/sip/bfcp/floor-door.ts';

const hello = Buffer.from('200b00000000002a00010002', 'hex');
const device = '127.0.0.1';
const stranger = '127.0.0.2';

let door: FloorDoor | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await door?.close();
});

const openSeat = async (transport: 'udp' | 'tcp') => {
  door = await openFloorDoor({ address: '127.0.0.1', port: 0, log: silentLogger });
  const came: string[] = [];
  let lost = 0;
  const seat = door.take({
    ...{ conferenceId: 42, transport, addresses: new Set([device]) },
    onMessage: (bytes) => came.push(bytes.toString('hex')),
    onLost: () => {
      lost += 1;
    },
  });
  return { port: door.port, seat, came, lost: () => lost };
};
const dial = async (port: number, localAddress = device): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  socket.on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
};

it('puts messages of a connection together, however they come, and answers on it', async () => {
  const { port, seat, came } = await openSeat('tcp');
  const socket = await dial(port);
  socket.setNoDelay(true);
  socket.write(hello.subarray(0, 5));
  socket.write(Buffer.concat([hello.subarray(5), hello]));
  await expect.poll(() => came).toEqual([hello.toString('hex'), hello.toString('hex')]);
  seat.send(Buffer.from('ack'));
  expect(String(await once(socket, 'data'))).toBe('ack');
});

it('lets a newer connection of the device take the place of an older, and tells of the end', async () => {
  const { port, came, lost } = await openSeat('tcp');
  const older = await dial(port);
  older.write(hello);
  await expect.poll(() => came.length).toBe(1);
  const newer = await dial(port);
  newer.write(hello);
  await once(older, 'close');
  expect(lost()).toBe(1);
  newer.destroy();
  await expect.poll(lost).toBe(2);
});

it('closes connections of strangers, of other calls, and of what is no message', async () => {
  const { port, came } = await openSeat('tcp');
  await once(await dial(port, stranger), 'close');
  const other = Buffer.from(hello);
  other.writeUInt32BE(7, 4);
  for (const bytes of [other, Buffer.alloc(4, 0xff)]) {
    const socket = await dial(port);
    socket.write(bytes);
    await once(socket, 'close');
  }
  expect(came).toEqual([]);
});

it('takes datagrams of the device alone, and answers where the last came from', async () => {
  const { port, seat, came } = await openSeat('udp');
  const [odd, real] = [createSocket('udp4'), createSocket('udp4')];
  odd.bind(0, stranger);
  real.bind(0, device);
  await Promise.all([once(odd, 'listening'), once(real, 'listening')]);
  odd.send(hello, port, '127.0.0.1');
  real.send(hello, port, '127.0.0.1');
  await expect.poll(() => came.length).toBe(1);
  const answer = once(real, 'message');
  seat.send(Buffer.from('ack'));
  expect(String((await answer)[0])).toBe('ack');
  odd.close();
  real.close();
});
