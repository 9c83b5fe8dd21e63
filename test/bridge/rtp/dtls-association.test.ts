/** DTLS-SRTP handshakes between two of our own ends, the good and the false. */
import { beforeAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { createDtlsAssociation } from '../../../src/bridge/rtp/dtls-association.ts';
import { createDtlsEngine, createDtlsIdentity } from '../../../src/bridge/rtp/dtls-engine.ts';
import { dtlsIdentityOf, type DtlsIdentity } from '../../../src/bridge/rtp/dtls-identity.ts';
import type { FinishedHandshake } from '../../../src/bridge/rtp/dtls-handshake.ts';
import { proveHandshake } from '../../../src/bridge/rtp/dtls-proof.ts';
import { isDtls, readDatagram } from '../../../src/bridge/rtp/dtls-record.ts';
import { finishedHandshakes, impostorOf, shakeHands } from './dtls-fixtures.ts';

let alice: DtlsIdentity;
let bob: DtlsIdentity;
let mallory: DtlsIdentity;
beforeAll(async () => {
  [alice, bob, mallory] = [
    await createDtlsIdentity(),
    await createDtlsIdentity(),
    await createDtlsIdentity(),
  ];
});

test('both ends come to the same keys, of the strongest suite', async () => {
  const { client, server } = await shakeHands({
    client: { identity: alice },
    server: { identity: bob },
  });
  if (!('crypto' in client) || !('crypto' in server)) throw new Error('no keys');
  expect(client.crypto.suite).toBe('AEAD_AES_256_GCM');
  expect(server.crypto).toEqual({
    suite: client.crypto.suite,
    local: client.crypto.remote,
    remote: client.crypto.local,
  });
  expect(client.crypto.local.masterKey).toHaveLength(32);
  expect(client.crypto.local.masterSalt).toHaveLength(12);
  expect(client.crypto.local).not.toEqual(client.crypto.remote);
});

describe('somebody on the way', () => {
  test('who shows a certificate of his own is unknown to both sides', async () => {
    const falseClient = await shakeHands({
      client: { identity: mallory },
      server: { identity: bob, expects: [alice.fingerprint] },
    });
    expect(falseClient.server).toEqual({ problem: 'unknown-certificate' });
    const falseServer = await shakeHands({
      client: { identity: alice, expects: [bob.fingerprint] },
      server: { identity: mallory },
    });
    expect(falseServer.client).toEqual({ problem: 'unknown-certificate' });
  });

  // The certificate goes over the wire in the clear: to show it proves nothing. The library alone takes it.
  test('who shows the right certificate without its key is found out by both sides', async () => {
    const falseClient = await shakeHands({
      client: { identity: impostorOf(alice, mallory) },
      server: { identity: bob },
    });
    expect(falseClient.server).toEqual({ problem: 'bad-signature' });
    const falseServer = await shakeHands({
      client: { identity: alice },
      server: { identity: impostorOf(bob, mallory) },
    });
    expect(falseServer.client).toEqual({ problem: 'bad-signature' });
  });
});

describe('the proof of a handshake', () => {
  let client: FinishedHandshake;
  let server: FinishedHandshake;
  beforeAll(async () => {
    ({ client, server } = await finishedHandshakes({ client: alice, server: bob }));
  });
  /** The handshake with one byte of a message changed: the n-th of that type, `at` into its body. */
  const changed = (of: FinishedHandshake, type: number, at: number): FinishedHandshake => ({
    ...of,
    messages: of.messages.map((message) => {
      if (message.type !== type) return message;
      const [body, whole] = [Buffer.from(message.body), Buffer.from(message.whole)];
      body[at]! ^= 1;
      whole[12 + at]! ^= 1;
      return { type, body, whole };
    }),
  });
  const problem = (of: FinishedHandshake) =>
    proveHandshake(of, [(of.role === 'client' ? bob : alice).fingerprint]);

  test('holds for what was exchanged', () => {
    expect(problem(client)).toHaveProperty('crypto.suite', 'AEAD_AES_256_GCM');
    expect(problem(server)).toHaveProperty('crypto.suite', 'AEAD_AES_256_GCM');
  });
  test('fails where anything was changed on the way, the list of suites too', () => {
    const cipherSuites = 2 + 32 + 1 + 1 + 20 + 2;
    expect(problem(changed(server, 1, cipherSuites))).toEqual({ problem: 'bad-signature' });
    // The server signs the randoms and its ephemeral key alone: Finished covers the rest.
    expect(problem(changed(client, 1, cipherSuites))).toEqual({ problem: 'bad-finished' });
    expect(problem(changed(client, 1, 5))).toEqual({ problem: 'bad-signature' });
    expect(problem(changed(client, 12, 10))).toEqual({ problem: 'bad-signature' });
    expect(problem(changed(server, 16, 10))).toEqual({ problem: 'bad-signature' });
  });
  test('fails where the secret was made with another key than the one that was signed', () => {
    const remoteKey = Buffer.alloc(client.remoteKey.length, 4);
    expect(problem({ ...client, remoteKey })).toEqual({ problem: 'other-key' });
    expect(problem({ ...server, remoteKey })).toEqual({ problem: 'other-key' });
  });
  test('fails without the Finished of the other side', () => {
    expect(problem({ ...client, serverFinished: undefined })).toEqual({ problem: 'bad-finished' });
    expect(problem({ ...client, serverFinished: Buffer.alloc(12) })).toEqual({
      problem: 'bad-finished',
    });
    expect(problem(changed(server, 20, 3))).toEqual({ problem: 'bad-finished' });
    const masterSecret = Buffer.alloc(48);
    expect(problem({ ...server, masterSecret })).toEqual({ problem: 'bad-finished' });
  });
  test('fails where a message is missing, twice, or not in its place', () => {
    const { messages } = server;
    for (let at = 0; at < messages.length; at += 1) {
      const without = messages.toSpliced(at, 1);
      expect(problem({ ...server, messages: without })).toEqual({ problem: 'out-of-order' });
      const twice = messages.toSpliced(at, 0, ...messages.slice(at, at + 1));
      expect(problem({ ...server, messages: twice })).toEqual({ problem: 'out-of-order' });
    }
  });
  test('never throws, whatever the messages say', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: server.messages.length - 2 }),
        fc.uint8Array({ maxLength: 80 }),
        (at, bytes) => {
          const { type } = server.messages[at]!;
          const body = Buffer.from(bytes);
          const messages = server.messages.with(at, { type, body, whole: body });
          expect(problem({ ...server, messages })).toHaveProperty('problem');
        },
      ),
    );
  });
});

describe('what comes from anybody', () => {
  test('is DTLS by its first byte', () => {
    expect([19, 20, 22, 63, 64, 128, 200].map((first) => isDtls(Uint8Array.of(first)))).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(isDtls(new Uint8Array())).toBe(false);
  });
  test('never throws, and sends nothing back but flights', () => {
    const engine = createDtlsEngine({
      role: 'server',
      identity: bob,
      send: () => undefined,
      onFinished: () => expect.unreachable(),
    });
    fc.assert(
      fc.property(fc.constantFrom(20, 21, 22, 23, 63), fc.uint8Array(), (first, rest) => {
        engine.receive(Buffer.from([first, ...rest]));
        const length = [rest.length >> 8, rest.length & 0xff];
        // A whole record, so that the library sees it.
        engine.receive(
          Buffer.from([first, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, ...length, ...rest]),
        );
      }),
      { numRuns: 300 },
    );
    engine.close();
  });
  test('costs so much work a second and no more, however much comes', async () => {
    let nowMs = 0;
    let firstHello: Buffer | undefined;
    const client = createDtlsAssociation({
      ...{ role: 'client', identity: alice, fingerprints: [bob.fingerprint], nowMs: () => 0 },
      send: (datagram) => (firstHello ??= Buffer.from(datagram)),
      onKeys: () => expect.unreachable(),
      onFailed: () => expect.unreachable(),
    });
    await new Promise(setImmediate);
    client.close();
    let answers = 0;
    const server = createDtlsAssociation({
      ...{ role: 'server', identity: bob, fingerprints: [alice.fingerprint], nowMs: () => nowMs },
      send: () => (answers += 1),
      onKeys: () => expect.unreachable(),
      onFailed: () => expect.unreachable(),
    });
    const flood = async () => {
      for (let each = 0; each < 500; each += 1) server.receive(firstHello ?? Buffer.alloc(0));
      await new Promise(setImmediate);
      const answered = answers;
      answers = 0;
      return answered;
    };
    expect(await flood()).toBe(60);
    expect(await flood()).toBe(0);
    nowMs = 1000;
    expect(await flood()).toBe(40);
    server.close();
  });

  test('is not read where a record is not whole or a message is said to be huge', () => {
    const record = (body: readonly number[], length = body.length) =>
      Buffer.from([22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, length, ...body]);
    const finished = [20, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 7];
    expect(readDatagram(record(finished))).toBeDefined();
    expect(readDatagram(record(finished, 200))).toBeUndefined();
    expect(readDatagram(record(finished).subarray(0, 11))).toBeUndefined();
    expect(readDatagram(record(finished.slice(0, 8)))).toBeUndefined();
    expect(readDatagram(record(finished.with(1, 0x7f)))).toBeUndefined();
  });
});

test('a fingerprint is the digest of the certificate', () => {
  const again = dtlsIdentityOf(alice.certificatePem, alice.privateKeyPem);
  expect(again.fingerprint).toEqual(alice.fingerprint);
  expect(alice.fingerprint.digest).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  expect(alice.fingerprint).not.toEqual(bob.fingerprint);
});
