/** DTLS-SRTP handshakes with OpenSSL's, which prints its keys, and through a network that loses. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDtlsAssociation } from '../../../src/bridge/rtp/dtls-association.ts';
import { createDtlsIdentity } from '../../../src/bridge/rtp/dtls-engine.ts';
import type { DtlsIdentity } from '../../../src/bridge/rtp/dtls-identity.ts';
import type { MediaCrypto } from '../../../src/call/ports/media.ts';
import { shakeHands } from './dtls-fixtures.ts';

let folder: string;
let ours: DtlsIdentity;
let theirs: DtlsIdentity;
const running: ChildProcess[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ringbro-dtls-'));
  [ours, theirs] = [await createDtlsIdentity(), await createDtlsIdentity()];
  writeFileSync(join(folder, 'cert.pem'), theirs.certificatePem);
  writeFileSync(join(folder, 'key.pem'), theirs.privateKeyPem);
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const suites = [
  { profile: 'SRTP_AES128_CM_SHA1_80', suite: 'AES_CM_128_HMAC_SHA1_80', bytes: 60 },
  { profile: 'SRTP_AEAD_AES_128_GCM', suite: 'AEAD_AES_128_GCM', bytes: 56 },
  { profile: 'SRTP_AEAD_AES_256_GCM', suite: 'AEAD_AES_256_GCM', bytes: 88 },
] as const;

const startOpenssl = (args: readonly string[], { profile, bytes }: (typeof suites)[number]) => {
  const child = spawn(
    'openssl',
    [
      ...args,
      ...['-dtls1_2', '-cert', join(folder, 'cert.pem'), '-key', join(folder, 'key.pem')],
      ...['-use_srtp', profile],
      ...['-keymatexport', 'EXTRACTOR-dtls_srtp', '-keymatexportlen', String(bytes)],
    ],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  running.push(child);
  let printed = '';
  const material = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        const found = /Keying material: ([0-9A-F]+)\s/.exec(printed)?.[1];
        if (found?.length === bytes * 2) resolve(found);
      });
    }
  });
  const listening = new Promise<void>((resolve) => {
    child.stdout.on('data', () => {
      if (printed.includes('ACCEPT')) resolve();
    });
  });
  return { material, listening };
};

const openSocket = async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
};

/** Client's key, server's key, client's salt, server's salt. RFC 5764 §4.2 */
const materialOf = ({ local, remote }: MediaCrypto, role: 'client' | 'server'): string => {
  const [client, server] = role === 'client' ? [local, remote] : [remote, local];
  return Buffer.concat([client.masterKey, server.masterKey, client.masterSalt, server.masterSalt])
    .toString('hex')
    .toUpperCase();
};

describe.each(suites)('with OpenSSL and $profile', (each) => {
  test.each(['server', 'client'] as const)('as the %s we have its keys', async (role) => {
    const socket = await openSocket();
    let peerPort = 0;
    const keys = Promise.withResolvers<MediaCrypto>();
    const associate = () =>
      createDtlsAssociation({
        role,
        identity: ours,
        fingerprints: [theirs.fingerprint],
        nowMs: () => performance.now(),
        send: (datagram) => {
          socket.send(datagram, peerPort, '127.0.0.1');
        },
        onKeys: keys.resolve,
        onFailed: (problem) => {
          keys.reject(new Error(problem));
        },
      });
    let openssl: ReturnType<typeof startOpenssl>;
    let association: ReturnType<typeof associate>;
    if (role === 'server') {
      association = associate();
      openssl = startOpenssl(['s_client', '-connect', `127.0.0.1:${socket.address().port}`], each);
    } else {
      const free = await openSocket();
      peerPort = free.address().port;
      free.close();
      await once(free, 'close');
      openssl = startOpenssl(
        ['s_server', '-accept', `127.0.0.1:${peerPort}`, '-Verify', '1'],
        each,
      );
      await openssl.listening;
      association = associate();
    }
    socket.on('message', (datagram, from) => {
      peerPort = from.port;
      association.receive(datagram);
    });
    const crypto = await keys.promise;
    expect(crypto.suite).toBe(each.suite);
    expect(materialOf(crypto, role)).toBe(await openssl.material);
    association.close();
    socket.close();
  });
});

test('whichever one datagram is lost, the handshake ends well', async () => {
  const ends = { client: { identity: ours }, server: { identity: theirs } };
  const { datagrams } = await shakeHands(ends);
  expect(datagrams).toBeGreaterThan(10);
  await Promise.all(
    Array.from({ length: datagrams }, async (_, lost) => {
      const { client, server } = await shakeHands(ends, (datagram) => datagram !== lost);
      expect([client, server]).toMatchObject([{ crypto: {} }, { crypto: {} }]);
    }),
  );
});

test('through a network that loses every third datagram the handshake ends well', async () => {
  const ends = { client: { identity: ours }, server: { identity: theirs } };
  const { client, server } = await shakeHands(ends, (datagram) => datagram % 3 !== 1);
  expect(client).toHaveProperty('crypto');
  expect(server).toHaveProperty('crypto');
});
