import { createSocket } from 'node:dgram';
import { afterEach, expect, test } from 'vitest';
import { createPortPool } from '../../../src/bridge/rtp/port-pool.ts';
import { openRtpSocket, type RtpSocket } from '../../../src/bridge/rtp/rtp-socket.ts';

const opened: RtpSocket[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((socket) => socket.close()));
});

/** A range that other programs of this machine hardly use. */
const firstPort = 21_000 + 2 * Math.floor(Math.random() * 4000);
const createPool = (pairs = 20) =>
  createPortPool({ first: firstPort, last: firstPort + pairs * 2 - 1, quarantineMs: 0 });

const open = async (pool = createPool(), address = '127.0.0.1') => {
  const received: string[] = [];
  let wake = (): void => undefined;
  const socket = await openRtpSocket({
    address,
    pool,
    now: () => 0,
    onRtp(packet, from, port) {
      received.push(`rtp ${packet.toString()} ${from} ${port}`);
      wake();
    },
    onRtcp(packet, from, port) {
      received.push(`rtcp ${packet.toString()} ${from} ${port}`);
      wake();
    },
  });
  if (socket !== undefined) opened.push(socket);
  const whenReceived = async (count: number): Promise<string[]> => {
    while (received.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return received;
  };
  return { socket, whenReceived };
};

test.each(['127.0.0.1', '::1'])('RTP and RTCP go both ways on a pair of %s', async (address) => {
  const pool = createPool();
  const here = await open(pool, address);
  const there = await open(pool, address);
  const { localPort, localRtcpPort } = here.socket!;
  expect([localPort % 2, localRtcpPort]).toEqual([0, localPort + 1]);
  here.socket!.sendRtp(Buffer.from('a'), address, there.socket!.localPort);
  here.socket!.sendRtcp(Buffer.from('b'), address, there.socket!.localRtcpPort);
  expect((await there.whenReceived(2)).toSorted()).toEqual([
    `rtcp b ${address} ${localRtcpPort}`,
    `rtp a ${address} ${localPort}`,
  ]);
});

test('a pair of which another program holds a port is passed over', async () => {
  const pool = createPool();
  const other = createSocket('udp4');
  await new Promise<void>((resolve) => {
    other.bind(firstPort + 1, '127.0.0.1', resolve);
  });
  const { socket } = await open(pool);
  expect(socket!.localPort).toBe(firstPort + 2);
  expect(pool.inUse).toBe(1);
  other.close();
});

test('without a free pair there is no socket', async () => {
  const pool = createPool(1);
  await open(pool);
  expect((await open(pool)).socket).toBeUndefined();
});

test('closing twice is closing once, frees the pair, and sending after it does nothing', async () => {
  const pool = createPool(1);
  const { socket } = await open(pool);
  await Promise.all([socket!.close(), socket!.close()]);
  socket!.sendRtp(Buffer.from('x'), '127.0.0.1', 9);
  expect(pool.inUse).toBe(0);
  expect((await open(pool)).socket?.localPort).toBe(firstPort);
});
