import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { monotonicMs } from '../../../src/bridge/monotonic-ms.ts';
import { createBatchedUdp, type BatchedUdp } from '../../../src/bridge/udp/batched-udp.ts';
import { openLibc } from '../../../src/bridge/udp/libc.ts';
import { createPacingMemory, createPacingWriter } from '../../../src/bridge/udp/pacing-ring.ts';
import type { UdpSocket } from '../../../src/bridge/udp/udp-socket.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const port = 29_900 + Math.floor(Math.random() * 90);

let udp: BatchedUdp;
let socket: UdpSocket;
const far = createSocket('udp4');
const received: { readonly text: string; readonly atMs: number }[] = [];

beforeAll(async () => {
  udp = createBatchedUdp({ nowMs: monotonicMs, isPaced: true })!;
  socket = (await udp.open({
    ...{ address: '127.0.0.1', port, nowMs: monotonicMs },
    onPacket: () => undefined,
  }))!;
  far.bind(0, '127.0.0.1');
  await once(far, 'listening');
  far.on('message', (packet) => received.push({ text: packet.toString(), atMs: monotonicMs() }));
  await pause(500); // the thread starts
});
afterAll(async () => {
  await socket.close();
  await udp.close();
  await udp.close();
  far.close();
});

const send = (text: string) => {
  socket.send(Buffer.from(text), '127.0.0.1', far.address().port);
};
const whenReceived = async (count: number) => {
  for (let tries = 0; received.length < count && tries < 400; tries += 1) await pause(5);
  return received.splice(0);
};

test('what is held leaves when it is due, in its order, and never before', async () => {
  const dueMs = monotonicMs() + 60;
  udp.holdUntil(dueMs);
  ['a', 'b', 'c'].forEach(send);
  udp.holdUntil(undefined);
  send('at once');
  const [first, ...held] = await whenReceived(4);
  expect(first!.text).toBe('at once');
  expect(held.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  for (const { atMs } of held) expect(atMs).toBeGreaterThanOrEqual(dueMs);
});

test('it leaves though the thread that made it is busy', async () => {
  const dueMs = monotonicMs() + 20;
  udp.holdUntil(dueMs);
  send('a');
  udp.holdUntil(undefined);
  const arrivals: number[] = [];
  const near = (await udp.open({
    ...{ address: '127.0.0.1', port: port + 1, nowMs: monotonicMs },
    onPacket: (_packet, _address, _port, arrivalMs) => arrivals.push(arrivalMs),
  }))!;
  udp.holdUntil(dueMs);
  socket.send(Buffer.from('b'), '127.0.0.1', port + 1);
  udp.holdUntil(undefined);
  const busyUntilMs = dueMs + 150;
  while (monotonicMs() < busyUntilMs);
  near.read();
  await near.close();
  expect(arrivals).toHaveLength(1);
  expect(arrivals[0]).toBeLessThan(busyUntilMs - 50);
  await whenReceived(1);
});

test('a closing socket sends what it holds first', async () => {
  const other = (await udp.open({
    ...{ address: '127.0.0.1', port: port + 2, nowMs: monotonicMs },
    onPacket: () => undefined,
  }))!;
  udp.holdUntil(monotonicMs() + 40);
  other.send(Buffer.from('last'), '127.0.0.1', far.address().port);
  udp.holdUntil(undefined);
  await other.close();
  expect((await whenReceived(1)).map(({ text }) => text)).toEqual(['last']);
});

test('what is too long to be held goes at once', async () => {
  udp.holdUntil(monotonicMs() + 200);
  send('x'.repeat(1200));
  send('short');
  udp.holdUntil(undefined);
  expect((await whenReceived(2)).map(({ text }) => text.length)).toEqual([1200, 5]);
});

test('a ring that nobody empties refuses what does not fit', () => {
  const writer = createPacingWriter(openLibc()!, createPacingMemory());
  let taken = 0;
  while (taken < 5000 && writer.put(-1, Uint8Array.of(1), undefined, 0)) taken += 1;
  expect(taken).toBe(1024);
  expect(writer.isSent(0)).toBe(true);
  expect(writer.isSent(writer.head())).toBe(false);
});
