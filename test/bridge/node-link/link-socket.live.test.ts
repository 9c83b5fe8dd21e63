import { afterEach, expect, test } from 'vitest';
import { openLinkSocket } from '../../../src/bridge/node-link/link-socket.ts';
import { createBatchedUdp } from '../../../src/bridge/udp/batched-udp.ts';
import { openDgramSocket } from '../../../src/bridge/udp/dgram-socket.ts';
import type { OpenUdpSocket, UdpSocket } from '../../../src/bridge/udp/udp-socket.ts';

const address = '127.0.0.1';
const nowMs = () => performance.now();
const pause = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));
const first = 28_100 + Math.floor(Math.random() * 900);
const opened: UdpSocket[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((socket) => socket.close()));
});

const open = async (
  openUdp: OpenUdpSocket,
  onDatagram: (text: string) => void = () => undefined,
) => {
  const socket = await openLinkSocket({
    ...{ address, ports: { first, last: first + 1 }, openUdp, nowMs },
    onDatagram: (datagram) => {
      onDatagram(datagram.toString());
    },
  });
  if (socket !== undefined) opened.push(socket);
  return socket;
};

test('each worker of a machine has the next free port, and there may be none', async () => {
  const ports = [];
  for (let workers = 0; workers < 3; workers += 1) ports.push((await open(openDgramSocket))?.port);
  expect(ports).toEqual([first, first + 1, undefined]);
});

test('all that other nodes sent in a tick is handed on at one reading', async ({ skip }) => {
  const udp = createBatchedUdp({ nowMs, isPaced: false });
  if (udp === undefined) skip('Node has no such calls here');
  const received: string[] = [];
  const here = await open(udp!.prompt.open, (text) => received.push(text));
  const there = await open(udp!.prompt.open);
  const sent = Array.from({ length: 200 }, (_, index) => String(index));
  for (const text of sent) there?.send(Buffer.from(text), address, here?.port ?? 0);
  await pause();
  udp!.prompt.read();
  expect(received).toEqual(sent);
  await Promise.all(opened.splice(0).map((socket) => socket.close()));
  await udp!.close();
});
