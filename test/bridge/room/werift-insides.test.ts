import { createSocket, Socket } from 'node:dgram';
import { expect, test, vi } from 'vitest';
import {
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RTCPeerConnection,
  SrtpSession,
  type RTCDtlsTransport,
} from 'werift';
import { openRtpSend } from '../../../src/bridge/room/werift-insides.ts';

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
const transportWith = (srtp: unknown, transportType = 'udp') => {
  const socket = createSocket('udp4');
  const sent = vi.spyOn(socket, 'send').mockReturnValue();
  const byWerift: Buffer[] = [];
  const connection = {
    consent: true,
    canSendApplicationData() {
      return this.consent;
    },
    nominated: {
      protocol: { transport: { type: transportType, socket } },
      remoteAddr: ['192.0.2.1', 7000],
    } as unknown,
    send: (packet: Buffer) => Promise.resolve(byWerift.push(packet)),
  };
  const transport = { srtp, iceTransport: { connection } } as unknown as RTCDtlsTransport;
  return { transport, connection, sent, byWerift, socket };
};

test.each(profiles)(
  '$name packets on the nominated socket are what werift decrypts, over the roll-over of the sequence',
  ({ profile, saltBytes }) => {
    const { ours, theirs } = sessions(profile, saltBytes);
    const { transport, sent, socket } = transportWith(ours);
    const send = openRtpSend(transport);
    const packets = [65_534, 65_535, 65_536, 65_537].map(rtp);
    for (const packet of packets) send?.(packet);
    // All are looked at after the last was sent: none shares its buffer with another.
    expect(sent.mock.calls.map(([packet]) => theirs.decrypt(packet as unknown as Buffer))).toEqual(
      packets,
    );
    expect(sent.mock.calls.map((call) => call.slice(1))).toEqual(
      packets.map(() => [7000, '192.0.2.1']),
    );
    socket.close();
  },
);

test('nothing is sent to who gave no consent, and the packets after it still decrypt', () => {
  const { ours, theirs } = sessions(ProtectionProfileAes128CmHmacSha1_80, 14);
  const { transport, connection, sent, socket } = transportWith(ours);
  const send = openRtpSend(transport);
  connection.consent = false;
  send?.(rtp(8));
  expect(sent).not.toHaveBeenCalled();
  connection.consent = true;
  send?.(rtp(9));
  expect(sent.mock.calls.map(([packet]) => theirs.decrypt(packet as unknown as Buffer))).toEqual([
    rtp(9),
  ]);
  socket.close();
});

test('what is no UDP socket is left to werift, encrypted', () => {
  const { ours, theirs } = sessions(ProtectionProfileAeadAes128Gcm, 12);
  const { transport, sent, byWerift, socket } = transportWith(ours, 'tcp');
  openRtpSend(transport)?.(rtp(5));
  expect(sent).not.toHaveBeenCalled();
  expect(byWerift.map((packet) => theirs.decrypt(packet))).toEqual([rtp(5)]);
  socket.close();
});

test('another nominated pair is followed', () => {
  const { ours } = sessions(ProtectionProfileAeadAes128Gcm, 12);
  const { transport, connection, sent, socket } = transportWith(ours);
  const send = openRtpSend(transport);
  send?.(rtp(1));
  connection.nominated = {
    protocol: { transport: { type: 'udp', socket } },
    remoteAddr: ['192.0.2.2', 7002],
  };
  send?.(rtp(2));
  expect(sent.mock.calls.map((call) => call.slice(1))).toEqual([
    [7000, '192.0.2.1'],
    [7002, '192.0.2.2'],
  ]);
  socket.close();
});

test.each([
  ['no session', undefined],
  ['another profile', { config: { profile: 2, keys: {} } }],
  ['no keys', { config: { profile: 1 } }],
])('with %s the way is not taken', (_what, srtp) => {
  const { transport, socket } = transportWith(srtp);
  expect(openRtpSend(transport)).toBeUndefined();
  socket.close();
});

// After an upgrade of werift: what is looked up there must still be there, or all goes the slow way.
test('werift is built as expected', async () => {
  const peer = new RTCPeerConnection({
    iceServers: [],
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
  });
  peer.addTransceiver('audio', { direction: 'sendonly' });
  await peer.setLocalDescription(await peer.createOffer());
  const [transport] = peer.dtlsTransports;
  const connection = transport?.iceTransport.connection;
  expect(connection).toHaveProperty('canSendApplicationData', expect.any(Function));
  expect(connection).toHaveProperty('protocols.0.transport.type', 'udp');
  expect(connection).toHaveProperty('protocols.0.transport.socket', expect.any(Socket));
  expect(transport).toHaveProperty('srtp', undefined);
  const { ours } = sessions(ProtectionProfileAeadAes128Gcm, 12);
  expect(ours).toHaveProperty('config.keys.localMasterKey', Buffer.alloc(keyBytes, 1));
  await peer.close();
});
