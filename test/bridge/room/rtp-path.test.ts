import { createSocket } from 'node:dgram';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RtpHeader,
  SrtpSession,
  type RTCDtlsTransport,
} from 'werift';
import { openRtpPath } from '../../../src/bridge/room/rtp-path.ts';
import type { AdoptSocket, PacketListener } from '../../../src/bridge/udp/udp-socket.ts';
import { signedStun, stunAttribute } from './support/stun-message.ts';

const keyBytes = 16;
const profiles = [
  { name: 'AES-CM', profile: ProtectionProfileAes128CmHmacSha1_80, saltBytes: 14 },
  { name: 'AES-GCM', profile: ProtectionProfileAeadAes128Gcm, saltBytes: 12 },
];

const sessions = (profile: number, saltBytes: number) => {
  const [ourKey, theirKey] = [Buffer.alloc(keyBytes, 1), Buffer.alloc(keyBytes, 2)];
  const [ourSalt, theirSalt] = [Buffer.alloc(saltBytes, 3), Buffer.alloc(saltBytes, 4)];
  const of = (local: Buffer, localSalt: Buffer, remote: Buffer, remoteSalt: Buffer) =>
    new SrtpSession({
      profile,
      keys: {
        localMasterKey: local,
        localMasterSalt: localSalt,
        remoteMasterKey: remote,
        remoteMasterSalt: remoteSalt,
      },
    });
  return {
    ours: of(ourKey, ourSalt, theirKey, theirSalt),
    theirs: of(theirKey, theirSalt, ourKey, ourSalt),
  };
};

const rtp = (sequence: number): Buffer => {
  const packet = Buffer.alloc(180, sequence & 0xff);
  packet.set([0x90, 8], 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(7, 8);
  packet.writeUInt32BE(0xbede_0001, 12);
  packet.set([0x10, 0x80 | 20, 0, 0], 16);
  return packet;
};

/** The parts of werift's transport that are looked at, with its own keys and a socket that keeps what it gets. */
const transportWith = (srtp: unknown, transportType = 'udp', adopt?: AdoptSocket) => {
  const socket = createSocket('udp4');
  const sent: { readonly packet: Buffer; readonly to: unknown[] }[] = [];
  const waiting = vi.spyOn(socket, 'getSendQueueCount').mockReturnValue(0);
  vi.spyOn(socket, 'send').mockImplementation((packet, ...to: unknown[]) => {
    const kept = waiting.getMockImplementation()?.() === 1;
    sent.push({ packet: kept ? (packet as Buffer) : Buffer.from(packet as Buffer), to });
  });
  vi.spyOn(socket, 'connect').mockImplementation(() => undefined);
  const disconnect = vi.spyOn(socket, 'disconnect').mockReturnValue();
  const byWerift: unknown[] = [];
  const heardByWerift: Buffer[] = [];
  const udp = {
    type: transportType,
    socket,
    onData: (...[datagram]: [Buffer, unknown]) => heardByWerift.push(datagram),
    send: (packet: Buffer, to: unknown) => Promise.resolve(byWerift.push([packet, to])),
  };
  const connection = {
    consentFresh: true,
    canSendApplicationData() {
      return this.consentFresh;
    },
    asksByItself: true,
    stopConsentLifecycle() {
      this.asksByItself = this.consentFresh = false;
    },
    protocols: [{ transport: udp }],
    nominated: { protocol: { transport: udp }, remoteAddr: ['192.0.2.1', 7000] } as unknown,
    ...{ localUsername: 'ours', localPassword: 'a password', remoteUsername: 'theirs' },
    ...{ iceControlling: true, remotePassword: 'their password', tieBreaker: 7n },
    send: (packet: Buffer) => Promise.resolve(byWerift.push(packet)),
  };
  const transport = { srtp, iceTransport: { connection } } as unknown as RTCDtlsTransport;
  const received: Buffer[] = [];
  const arrivals: unknown[] = [];
  const expired = vi.fn<() => void>();
  const path = openRtpPath(transport, {
    adopt,
    onConsentExpired: expired,
    onRtp: (packet, arrivalMs) => {
      received.push(Buffer.from(packet));
      arrivals.push(arrivalMs);
    },
  });
  onTestFinished(() => path?.close());
  const send = (packet: Buffer): void => {
    path?.buffer(packet.length).set(packet);
    path?.send(packet.length);
  };
  const from = ['192.0.2.1', 7000];
  const receive = (datagram: Buffer, address: unknown = from): void => {
    udp.onData(datagram, address);
  };
  return {
    ...{ path, send, receive, received, heardByWerift, connection, udp, sent, waiting },
    ...{ disconnect, byWerift, socket, arrivals, expired },
  };
};

test.each(profiles)(
  '$name packets on the nominated socket are what werift decrypts, over the roll-over of the sequence',
  ({ profile, saltBytes }) => {
    const { ours, theirs } = sessions(profile, saltBytes);
    const { send, sent, socket } = transportWith(ours);
    const packets = [65_534, 65_535, 65_536, 65_537].map(rtp);
    send(packets[0]!);
    // By address until the socket is connected to it.
    socket.emit('connect');
    for (const packet of packets.slice(1)) send(packet);
    expect(sent.map(({ packet }) => theirs.decrypt(packet))).toEqual(packets);
    expect(sent.map(({ to }) => to)).toEqual([[7000, '192.0.2.1'], [], [], []]);
    socket.close();
  },
);

test('a second SSRC goes the same way under its own count, and its RTCP with it', () => {
  const { ours, theirs } = sessions(ProtectionProfileAes128CmHmacSha1_80, 14);
  const { path, send, sent, socket } = transportWith(ours);
  const stream = path?.openStream();
  const other = (sequence: number): Buffer => {
    const packet = rtp(sequence);
    packet.writeUInt32BE(9, 8);
    return packet;
  };
  send(rtp(1));
  // Sent again: not a roll-over.
  for (const sequence of [65_535, 0, 65_535]) {
    const packet = other(sequence);
    stream?.buffer(packet.length).set(packet);
    stream?.send(packet.length);
  }
  send(rtp(2));
  expect(sent[3]?.packet).toEqual(sent[1]?.packet);
  const packets = [sent[0], sent[1], sent[2], sent[4]].map((each) => theirs.decrypt(each!.packet));
  expect(packets).toEqual([rtp(1), other(65_535), other(0), rtp(2)]);
  stream?.sendRtcp(Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 9]));
  expect(sent[5]?.packet.length).toBe(8 + 4 + 10);
  socket.close();
});

test('a packet that the socket still holds is not written over by the next', () => {
  const { ours, theirs } = sessions(ProtectionProfileAes128CmHmacSha1_80, 14);
  const { send, sent, waiting, socket } = transportWith(ours);
  send(rtp(0));
  socket.emit('connect');
  waiting.mockImplementation(() => 1);
  const packets = [1, 2, 3].map(rtp);
  for (const packet of packets) send(packet);
  expect(sent.slice(1).map(({ packet }) => theirs.decrypt(packet))).toEqual(packets);
  socket.close();
});

test.each(profiles)(
  '$name packets of the server are decrypted; its RTCP and what is no SRTP of it are dropped',
  ({ profile, saltBytes }) => {
    const { ours, theirs } = sessions(profile, saltBytes);
    const { receive, received, heardByWerift, socket } = transportWith(ours);
    const packets = [65_534, 65_535, 65_536].map(rtp);
    const sealed = packets.map((packet) =>
      theirs.encrypt(packet.subarray(20), RtpHeader.deSerialize(packet)),
    );
    for (const packet of sealed) receive(Buffer.from(packet));
    receive(Buffer.from(sealed[0]!)); // again
    receive(Buffer.from([0x80, 200, 0, 1, 0, 0, 0, 7, 1, 2, 3, 4]));
    receive(rtp(9));
    expect(received).toEqual(packets);
    expect(heardByWerift).toEqual([]);
    socket.close();
  },
);

test('STUN and DTLS go on to werift', () => {
  const { ours } = sessions(ProtectionProfileAeadAes128Gcm, 12);
  const { receive, received, heardByWerift, socket } = transportWith(ours);
  const others = [Buffer.from([0, 1, 0, 0]), Buffer.from([22, 254, 253]), Buffer.alloc(0)];
  for (const datagram of others) receive(datagram);
  expect(heardByWerift).toEqual(others);
  expect(received).toEqual([]);
  socket.close();
});

test('a keepalive of the nominated pair is answered there; of anybody else it is werift’s', () => {
  const { ours } = sessions(ProtectionProfileAeadAes128Gcm, 12);
  const { receive, sent, heardByWerift, connection, socket } = transportWith(ours);
  const username = stunAttribute(0x0006, Buffer.from('ours:theirs'));
  const controlled = stunAttribute(0x8029, Buffer.alloc(8, 1));
  const check = signedStun(1, Buffer.alloc(12, 5), [username, controlled], 'a password');
  receive(check);
  expect(sent.map(({ packet, to }) => [packet.readUInt16BE(0), to])).toEqual([
    [0x0101, [7000, '192.0.2.1']],
  ]);
  expect(heardByWerift).toEqual([]);
  receive(check, ['192.0.2.2', 7000]);
  receive(check, null);
  connection.localPassword = 'after a restart of ICE';
  receive(check);
  expect(heardByWerift).toEqual([check, check, check]);
  expect(sent).toHaveLength(1);
  socket.close();
});

test('consent is asked for here, and goes where no answer comes; werift asks no more', () => {
  vi.useFakeTimers();
  try {
    const { ours, theirs } = sessions(ProtectionProfileAes128CmHmacSha1_80, 14);
    const world = transportWith(ours);
    const { path, send, receive, sent, connection, expired, socket } = world;
    expect([connection.asksByItself, connection.consentFresh]).toEqual([false, true]);
    vi.advanceTimersByTime(6400);
    const [request] = sent.map(({ packet }) => packet);
    expect(request?.readUInt16BE(0)).toBe(1);
    expect(request?.includes('theirs:ours')).toBe(true);
    const response = signedStun(0x0101, request!.subarray(8, 20), [], 'their password');
    receive(Buffer.from(response), ['192.0.2.2', 7000]);
    expect(world.heardByWerift).toHaveLength(1);
    receive(Buffer.from(response));
    expect(world.heardByWerift).toHaveLength(1);
    vi.advanceTimersByTime(28_000);
    send(rtp(3));
    expect(theirs.decrypt(sent.at(-1)!.packet)).toEqual(rtp(3));
    expect(expired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(4000);
    expect(expired).toHaveBeenCalledOnce();
    const before = sent.length;
    send(rtp(4));
    vi.advanceTimersByTime(20_000);
    expect(sent).toHaveLength(before);
    path?.close();
    expect(vi.getTimerCount()).toBe(0);
    socket.close();
  } finally {
    vi.useRealTimers();
  }
});

test('a path that is closed asks nobody', () => {
  vi.useFakeTimers();
  try {
    const { path, sent, socket } = transportWith(sessions(ProtectionProfileAeadAes128Gcm, 12).ours);
    path?.close();
    path?.close();
    vi.advanceTimersByTime(60_000);
    expect(sent).toEqual([]);
    socket.close();
  } finally {
    vi.useRealTimers();
  }
});

test('werift sends on the connected socket to the same end, and disconnects it for another', async () => {
  const { ours } = sessions(ProtectionProfileAeadAes128Gcm, 12);
  const { send, udp, sent, disconnect, byWerift, socket } = transportWith(ours);
  send(rtp(1));
  socket.emit('connect');
  const check = Buffer.from('a connectivity check');
  await udp.send(check, ['192.0.2.1', 7000]);
  expect(sent.at(-1)).toEqual({ packet: check, to: [] });
  await udp.send(check, ['192.0.2.2', 7000]);
  expect(disconnect).toHaveBeenCalledOnce();
  expect(byWerift).toEqual([[check, ['192.0.2.2', 7000]]]);
  send(rtp(2));
  expect(sent.at(-1)?.to).toEqual([7000, '192.0.2.1']);
  socket.close();
});

test('an adopted socket brings what comes, with its time, and takes what is sent', async () => {
  const { ours, theirs } = sessions(ProtectionProfileAes128CmHmacSha1_80, 14);
  const sentBy: unknown[] = [];
  const settled: unknown[] = [];
  let onPacket: PacketListener = () => undefined;
  let adopted: unknown;
  const { send, received, arrivals, heardByWerift, udp, sent, socket } = transportWith(
    ours,
    'udp',
    (theirSocket, listener) => {
      adopted = theirSocket;
      onPacket = listener;
      return {
        port: 1,
        send: (packet, address, port) => sentBy.push([Buffer.from(packet), address, port]),
        settleOn: (...to) => settled.push(to),
        unsettle: () => undefined,
        read: () => undefined,
        errors: () => 0,
        close: () => Promise.resolve(),
      };
    },
  );
  expect(adopted).toBe(socket);
  const sealed = theirs.encrypt(rtp(5).subarray(20), RtpHeader.deSerialize(rtp(5)));
  onPacket(Buffer.from(sealed), '192.0.2.1', 7000, 1234.5);
  expect([received, arrivals]).toEqual([[rtp(5)], [1234.5]]);

  const borrowed = Buffer.from([22, 254, 253]);
  onPacket(borrowed, '192.0.2.1', 7000, 0);
  borrowed.fill(0);
  expect(heardByWerift).toEqual([Buffer.from([22, 254, 253])]);

  send(rtp(6));
  await udp.send(Buffer.from('a check'), ['192.0.2.2', 7002]);
  await udp.send(Buffer.from('a record'), undefined);
  expect(settled).toEqual([['192.0.2.1', 7000]]);
  expect(sentBy).toEqual([
    [expect.any(Buffer), '192.0.2.1', 7000],
    [Buffer.from('a check'), '192.0.2.2', 7002],
    [Buffer.from('a record'), '192.0.2.1', 7000],
  ]);
  const [first] = sentBy as [[Buffer]];
  expect(theirs.decrypt(first[0])).toEqual(rtp(6));
  expect(sent).toEqual([]);
  socket.close();
});

test('nothing is sent to who gave no consent, and the packets after it still decrypt', () => {
  const { ours, theirs } = sessions(ProtectionProfileAes128CmHmacSha1_80, 14);
  const { send, connection, sent, socket } = transportWith(ours);
  connection.consentFresh = false;
  send(rtp(8));
  expect(sent).toEqual([]);
  connection.consentFresh = true;
  send(rtp(9));
  expect(sent.map(({ packet }) => theirs.decrypt(packet))).toEqual([rtp(9)]);
  socket.close();
});

test('another nominated pair is followed; one without a UDP socket is left to werift, encrypted', () => {
  const { ours, theirs } = sessions(ProtectionProfileAeadAes128Gcm, 12);
  const { send, connection, udp, sent, byWerift, socket } = transportWith(ours);
  send(rtp(1));
  connection.nominated = { protocol: { transport: udp }, remoteAddr: ['192.0.2.2', 7002] };
  send(rtp(2));
  expect(sent.map(({ to }) => to)).toEqual([
    [7000, '192.0.2.1'],
    [7002, '192.0.2.2'],
  ]);
  connection.nominated = {
    protocol: { transport: { ...udp, type: 'tcp' } },
    remoteAddr: ['192.0.2.1', 7000],
  };
  send(rtp(3));
  expect(byWerift.map((packet) => theirs.decrypt(packet as Buffer))).toEqual([rtp(3)]);
  socket.close();
});

test.each([
  ['no session', undefined, 'udp'],
  ['another profile', { config: { profile: 2, keys: {} } }, 'udp'],
  ['no keys', { config: { profile: 1 } }, 'udp'],
  ['no UDP socket', sessions(ProtectionProfileAeadAes128Gcm, 12).ours, 'tcp'],
])('with %s the way is not taken', (_what, srtp, transportType) => {
  const { path, receive, heardByWerift, socket } = transportWith(srtp, transportType);
  expect(path).toBeUndefined();
  receive(rtp(1));
  expect(heardByWerift).toEqual([rtp(1)]);
  socket.close();
});
