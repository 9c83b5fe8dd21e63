import { createSocket, type Socket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { createBatchedUdp } from '../../../src/bridge/udp/batched-udp.ts';
import { openDgramSocket } from '../../../src/bridge/udp/dgram-socket.ts';
import type { OpenUdpSocket, UdpSocket } from '../../../src/bridge/udp/udp-socket.ts';

const nowMs = () => performance.now();
const batched = createBatchedUdp({ nowMs, isPaced: false });

/** One that Node binds, taken over. */
const openAdopted: OpenUdpSocket = async ({ address, port, onPacket }) => {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const isBound = await new Promise<boolean>((resolve) => {
    socket.once('error', () => {
      resolve(false);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      resolve(true);
    });
  });
  const adopted = isBound ? batched!.prompt.adopt(socket, onPacket) : undefined;
  const closed = new Promise<void>((resolve) => socket.once('close', resolve));
  const close = async (): Promise<void> => {
    await Promise.all([closed, adopted?.close()]);
  };
  if (adopted === undefined) socket.close();
  let closing: Promise<void> | undefined;
  const closeOnce = (): Promise<void> => {
    if (closing === undefined) socket.close();
    return (closing ??= close());
  };
  return adopted && { ...adopted, close: closeOnce };
};

const kinds: readonly (readonly [string, OpenUdpSocket | undefined])[] = [
  ['dgram', openDgramSocket],
  ['batched', batched?.open],
  ['adopted', batched && openAdopted],
];

/** Ports that other programs of this machine hardly use. */
let nextPort = 29_100 + Math.floor(Math.random() * 800);
const opened: UdpSocket[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((socket) => socket.close()));
});

const nobody = () => undefined;
const openDescriptors = () => readdirSync('/proc/self/fd').length;
const pause = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(kinds)('a UDP socket, %s', (_kind, openUdp) => {
  const options = openUdp === undefined ? { skip: true } : {};

  const open = async (address = '127.0.0.1') => {
    const received: string[] = [];
    const arrivals: number[] = [];
    const port = nextPort++;
    const socket = await openUdp!({
      ...{ address, port, nowMs },
      onPacket: (packet, from, fromPort, arrivalMs) => {
        received.push(`${packet.toString()} ${from} ${fromPort}`);
        arrivals.push(arrivalMs);
      },
    });
    opened.push(socket!);
    const whenReceived = async (count: number): Promise<string[]> => {
      for (let tries = 0; received.length < count && tries < 400; tries += 1) {
        await pause();
        socket!.read();
      }
      return received;
    };
    return { socket: socket!, port, arrivals, whenReceived };
  };

  test.each(['127.0.0.1', '::1'])('sends and receives on %s', options, async (address) => {
    const here = await open(address);
    const there = await open(address);
    here.socket.send(Buffer.from('a'), address, there.port);
    here.socket.send(Buffer.from('longer'), address, there.port);
    expect(await there.whenReceived(2)).toEqual([
      `a ${address} ${here.port}`,
      `longer ${address} ${here.port}`,
    ]);
  });

  test('port 0 is a port of the kernel’s choice', options, async () => {
    const socket = await openUdp!({
      ...{ address: '127.0.0.1', port: 0, nowMs },
      onPacket: nobody,
    });
    opened.push(socket!);
    expect(socket!.port).toBeGreaterThan(1023);
    const other = await open();
    other.socket.send(Buffer.from('a'), '127.0.0.1', other.port);
    expect(await other.whenReceived(1)).toHaveLength(1);
    expect(other.socket.port).toBe(other.port);
  });

  test('an empty packet is a packet', options, async () => {
    const here = await open();
    const there = await open();
    here.socket.send(new Uint8Array(0), '127.0.0.1', there.port);
    expect(await there.whenReceived(1)).toEqual([` 127.0.0.1 ${here.port}`]);
  });

  test('many that wait come in their order, each from whom it was', options, async () => {
    const here = await open();
    const senders = [await open(), await open(), await open()];
    const sent = Array.from({ length: 60 }, (_, index) => {
      const sender = senders[index % senders.length]!;
      sender.socket.send(Buffer.from(String(index)), '127.0.0.1', here.port);
      return `${index} 127.0.0.1 ${sender.port}`;
    });
    expect(await here.whenReceived(60)).toEqual(sent);
  });

  test('a packet longer than media is harms nobody', options, async () => {
    const here = await open();
    const there = await open();
    const raw = createSocket('udp4');
    raw.send(Buffer.alloc(9000), here.port, '127.0.0.1');
    await pause();
    raw.close();
    there.socket.send(Buffer.from('a'), '127.0.0.1', here.port);
    const ours = `a 127.0.0.1 ${there.port}`;
    const [first] = await here.whenReceived(1);
    // Node's own sockets hand on such a packet too.
    expect(first === ours ? ours : (await here.whenReceived(2))[1]).toBe(ours);
  });

  test('a port that another program holds is not bound', options, async () => {
    const { port } = await open();
    expect(await openUdp!({ address: '127.0.0.1', port, nowMs, onPacket: nobody })).toBeUndefined();
  });

  test('an address that is not of this machine is not bound', options, async () => {
    const port = nextPort++;
    for (const address of ['203.0.113.7', 'nonsense'])
      expect(await openUdp!({ address, port, nowMs, onPacket: nobody })).toBeUndefined();
  });

  test('what can not be sent to is counted, not thrown', options, async () => {
    const { socket } = await open();
    socket.send(Buffer.from('x'), '127.0.0.1', 0);
    socket.send(Buffer.from('x'), '127.0.0.1', 70_000);
    socket.send(Buffer.from('x'), 'not an address', 5000);
    socket.send(Buffer.from('x'), '::1', 5000);
    await pause(50);
    expect(socket.errors()).toBe(4);
  });

  test('a peer that is gone ends nothing', options, async () => {
    const here = await open();
    const peer = await open();
    here.socket.settleOn('127.0.0.1', peer.port);
    await peer.socket.close();
    for (let round = 0; round < 3; round += 1) {
      here.socket.send(Buffer.from('x'), '127.0.0.1', peer.port); // refused: ICMP comes back
      await pause();
      here.socket.read();
    }
    const other = await open();
    here.socket.send(Buffer.from('a'), '127.0.0.1', other.port);
    expect(await other.whenReceived(1)).toEqual([`a 127.0.0.1 ${here.port}`]);
  });

  test.each(['127.0.0.1', '::1'])(
    'settled on one of %s, others are not heard until it ends',
    options,
    async (address) => {
      const here = await open(address);
      const peer = await open(address);
      const stranger = await open(address);
      here.socket.settleOn(address, peer.port);
      stranger.socket.send(Buffer.from('lost'), address, here.port);
      peer.socket.send(Buffer.from('a'), address, here.port);
      expect(await here.whenReceived(1)).toEqual([`a ${address} ${peer.port}`]);
      here.socket.send(Buffer.from('b'), address, peer.port);
      expect(await peer.whenReceived(1)).toEqual([`b ${address} ${here.port}`]);

      here.socket.unsettle();
      stranger.socket.send(Buffer.from('c'), address, here.port);
      expect((await here.whenReceived(2))[1]).toBe(`c ${address} ${stranger.port}`);
      expect(here.socket.errors()).toBe(0);
    },
  );

  test(
    'what a settled socket sends elsewhere arrives, and it hears everybody again',
    options,
    async () => {
      const here = await open();
      const peer = await open();
      const other = await open();
      here.socket.settleOn('127.0.0.1', peer.port);
      here.socket.send(Buffer.from('a'), '127.0.0.1', other.port);
      expect(await other.whenReceived(1)).toEqual([`a 127.0.0.1 ${here.port}`]);
      other.socket.send(Buffer.from('b'), '127.0.0.1', here.port);
      expect(await here.whenReceived(1)).toEqual([`b 127.0.0.1 ${other.port}`]);
      expect(here.socket.errors()).toBe(0);
    },
  );

  test(
    'closing twice is closing once, frees the port, and sending after it does nothing',
    options,
    async () => {
      const { socket, port } = await open();
      await Promise.all([socket.close(), socket.close()]);
      socket.send(Buffer.from('x'), '127.0.0.1', 9);
      socket.settleOn('127.0.0.1', 9);
      socket.unsettle();
      socket.read();
      expect(socket.errors()).toBe(0);
      const again = await openUdp!({
        address: '127.0.0.1',
        port,
        nowMs,
        onPacket: nobody,
      });
      opened.push(again!);
      expect(again).toBeDefined();
    },
  );
});

test('a batched socket tells when a packet came, however late it is read', async ({ skip }) => {
  if (batched === undefined) skip('Node has no such calls here');
  const arrivals: number[] = [];
  const open = async (port: number) => {
    const socket = await batched!.open({
      ...{ address: '127.0.0.1', port, nowMs },
      onPacket: (_packet, _address, _port, arrivalMs) => arrivals.push(arrivalMs),
    });
    opened.push(socket!);
    return socket!;
  };
  const [herePort, therePort] = [nextPort++, nextPort++];
  const here = await open(herePort);
  const there = await open(therePort);
  const sentAt: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    sentAt.push(nowMs());
    there.send(Buffer.from('x'), '127.0.0.1', herePort);
    await pause(40);
  }
  here.read();
  const readAt = nowMs();
  expect(arrivals).toHaveLength(3);
  arrivals.forEach((arrivalMs, index) => {
    const before = sentAt[index + 1] ?? readAt;
    expect(arrivalMs).toBeGreaterThan(sentAt[index]! - 1);
    expect(arrivalMs).toBeLessThan(before);
  });
});

/** Sockets that are read all at once. */
const gathered = async (open: OpenUdpSocket) => {
  const received: string[] = [];
  const sockets: UdpSocket[] = [];
  for (const name of ['a', 'b', 'c']) {
    const socket = await open({
      ...{ address: '127.0.0.1', port: nextPort++, nowMs },
      onPacket: (packet) => {
        received.push(`${name} ${packet.toString()}`);
        if (packet.toString() === 'bad') throw new Error('a bug in who takes it');
      },
    });
    sockets.push(socket!);
    opened.push(socket!);
  }
  const [a, b, c] = sockets;
  const send = async (to: UdpSocket, text: string): Promise<void> => {
    c!.send(Buffer.from(text), '127.0.0.1', to.port);
    await pause();
  };
  return { a: a!, b: b!, received, send };
};

test('of many sockets those read that have something', async ({ skip }) => {
  if (batched === undefined) skip('Node has no such calls here');
  const { a, b, received, send } = await gathered(batched!.open);
  batched!.readReady();
  expect(received).toEqual([]);
  await send(b, '1');
  expect(received).toEqual([]);
  batched!.readReady();
  expect(received).toEqual(['b 1']);
  await send(a, '2');
  await send(a, '3');
  batched!.readReady();
  batched!.readReady();
  expect(received).toEqual(['b 1', 'a 2', 'a 3']);
  await send(a, '4');
  await a.close();
  await send(b, '5');
  batched!.readReady();
  expect(received.slice(3)).toEqual(['b 5']);
});

test('adopted sockets are read by themselves; a bug in who takes a packet keeps nobody else’s', async ({
  skip,
}) => {
  const faults: unknown[] = [];
  const udp = createBatchedUdp({ nowMs, isPaced: false, onFault: (error) => faults.push(error) });
  if (udp === undefined) skip('Node has no such calls here');
  const bound: Socket[] = [];
  const { a, b, received, send } = await gathered(async ({ address, port, onPacket }) => {
    const socket = createSocket('udp4').on('message', () => received.push('by Node'));
    bound.push(socket);
    await new Promise<void>((resolve) => socket.bind(port, address, resolve));
    return udp!.prompt.adopt(socket, onPacket);
  });
  await send(a, 'bad');
  await send(b, 'good');
  await send(a, 'after');
  udp!.readReady();
  expect(received).toEqual([]);
  for (let round = 0; round < 3; round += 1) udp!.prompt.read();
  expect(received.toSorted()).toEqual(['a after', 'a bad', 'b good']);
  expect(faults).toHaveLength(1);

  const others = openDescriptors();
  bound[0]!.close();
  await pause();
  // Node's own and ours.
  expect(openDescriptors()).toBe(others - 2);
  for (const socket of bound.slice(1)) socket.close();
  await pause();
  await udp!.close();
});

test('one reading hands on so many packets and no more; the rest waits', async ({ skip }) => {
  if (batched === undefined) skip('Node has no such calls here');
  const received: string[] = [];
  const options = { address: '127.0.0.1', port: nextPort++, nowMs };
  const here = await batched!.open({
    ...{ ...options, mostAtOnce: 8 },
    onPacket: (packet) => received.push(packet.toString()),
  });
  opened.push(here!);
  for (let index = 0; index < 20; index += 1)
    here!.send(Buffer.from(String(index)), '127.0.0.1', options.port);
  await pause();
  const counts = [0, 1, 2].map(() => {
    here!.read();
    return received.length;
  });
  expect(counts).toEqual([8, 16, 20]);
});

test('a socket that is not bound, or is closed, is not adopted', async ({ skip }) => {
  if (batched === undefined) skip('Node has no such calls here');
  const socket = createSocket('udp4');
  expect(batched!.prompt.adopt(socket, nobody)).toBeUndefined();
  await new Promise<void>((resolve) => socket.close(resolve));
  expect(batched!.prompt.adopt(socket, nobody)).toBeUndefined();
});
