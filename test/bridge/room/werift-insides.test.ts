import { Socket } from 'node:dgram';
import { expect, test } from 'vitest';
import {
  ProtectionProfileAeadAes128Gcm,
  RTCPeerConnection,
  SrtpSession,
  type RTCDtlsTransport,
} from 'werift';
import { guardSockets, preferAesCm, srtpKeysOf } from '../../../src/bridge/room/werift-insides.ts';
import { silentLog } from '../../support/media-calls.ts';

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
  expect(connection).toHaveProperty('stunServer');
  expect(connection).toHaveProperty('stopConsentLifecycle', expect.any(Function));
  expect(connection).toHaveProperty('consentFresh', false);
  expect(connection).toHaveProperty('protocols.0.transport.type', 'udp');
  expect(connection).toHaveProperty('protocols.0.transport.socket', expect.any(Socket));
  expect(transport).toHaveProperty('srtp', undefined);
  expect(transport).toHaveProperty('srtpProfiles', [0x0007, 0x0001]);
  if (transport !== undefined) preferAesCm(transport);
  expect(transport).toHaveProperty('srtpProfiles', [0x0001, 0x0007]);
  expect(connection).toHaveProperty('protocols.0.transport.onData', expect.any(Function));
  expect(connection).toHaveProperty('protocols.0.transport.send', expect.any(Function));
  await peer.close();
});

test('a socket gets room for a key frame, and somebody who listens to its errors', async () => {
  const peer = new RTCPeerConnection({
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
  });
  peer.addTransceiver('audio', { direction: 'sendonly' });
  await peer.setLocalDescription(await peer.createOffer());
  const connection = peer.dtlsTransports[0]?.iceTransport.connection as unknown as {
    readonly protocols: readonly { readonly transport: { readonly socket: Socket } }[];
  };
  const socket = connection.protocols[0]?.transport.socket;
  const before = socket?.getRecvBufferSize() ?? 0;
  guardSockets(peer, silentLog);
  expect(socket?.getRecvBufferSize()).toBeGreaterThan(before);
  expect(socket?.listenerCount('error')).toBe(1);
  await peer.close();
});

test('the keys are where they are looked for', () => {
  const key = (fill: number) => Buffer.alloc(16, fill);
  const salt = (fill: number) => Buffer.alloc(12, fill);
  const srtp = new SrtpSession({
    profile: ProtectionProfileAeadAes128Gcm,
    keys: {
      localMasterKey: key(1),
      localMasterSalt: salt(2),
      remoteMasterKey: key(3),
      remoteMasterSalt: salt(4),
    },
  });
  const transport = { srtp } as unknown as RTCDtlsTransport;
  expect(srtpKeysOf(transport)).toEqual({
    suite: 'AEAD_AES_128_GCM',
    local: { masterKey: key(1), masterSalt: salt(2) },
    remote: { masterKey: key(3), masterSalt: salt(4) },
  });
});
