/** A leg whose caller speaks SRTP: what goes over its socket, and what it takes from there. */
import { describe, expect, test } from 'vitest';
import { asNodeId } from '../../src/call/identifiers.ts';
import { pack } from '../../src/bridge/audio/prompt-library.ts';
import { createMediaLeg } from '../../src/bridge/media-leg.ts';
import type { RtpSocket } from '../../src/bridge/rtp/rtp-socket.ts';
import { createSrtpSession } from '../../src/bridge/rtp/srtp-session.ts';
import type { MediaEvent, MediaSession, SrtpSuite } from '../../src/call/ports/media.ts';
import { silentLog } from '../support/media-calls.ts';
import { keyFor, rtcp, rtp, suites } from './rtp/srtp-fixtures.ts';

const caller = { address: '192.0.2.1', port: 4000 };
const plain: MediaSession = {
  remoteAddress: caller.address,
  remotePort: caller.port,
  remoteRtcpPort: 4001,
  rtcpMux: false,
  codec: 'PCMA',
  payloadType: 8,
  telephoneEventPayloadType: 101,
  comfortNoisePayloadType: undefined,
  direction: 'sendrecv',
};
const encrypted = (suite: SrtpSuite, seed = 1): MediaSession => ({
  ...plain,
  crypto: { suite, local: keyFor(suite, seed), remote: keyFor(suite, seed + 1) },
});
/** The caller's end of it. */
const callerOf = (suite: SrtpSuite, seed = 1) => {
  const end = createSrtpSession();
  end.configure({ suite, local: keyFor(suite, seed + 1), remote: keyFor(suite, seed) });
  return end;
};

const setUp = () => {
  let nowMs = 1000;
  let tickNumber = 0;
  const sent: { kind: 'rtp' | 'rtcp'; packet: Buffer; port: number }[] = [];
  const events: MediaEvent[] = [];
  const socket: RtpSocket = {
    localPort: 10_000,
    localRtcpPort: 10_001,
    sendRtp: (packet, _address, port) =>
      sent.push({ kind: 'rtp', packet: Buffer.from(packet), port }),
    sendRtcp: (packet, _address, port) =>
      sent.push({ kind: 'rtcp', packet: Buffer.from(packet), port }),
    readRtp: () => undefined,
    settleOn: () => undefined,
    unsettle: () => undefined,
    errors: () => 0,
    close: () => Promise.resolve(),
  };
  const leg = createMediaLeg(
    {
      setup: {
        workerIndex: 0,
        hasCoreLeft: true,
        epochMs: 0,
        rtpPorts: { first: 0, last: 0 },
        prompts: pack(new Map(), 8000),
        livekitUrl: 'ws://room.test',
        nodeId: asNodeId('node'),
        settings: { mediaTimeoutMs: 1000, concurrentJoins: 1, qualityWindowMs: 60_000 },
      },
      log: silentLog,
      emit: (event) => events.push(event),
      onTokenNeeded: () => undefined,
    },
    socket,
    () => nowMs,
  );
  return {
    leg,
    sent,
    events,
    tick: (count = 1) => {
      for (let round = 0; round < count; round += 1) {
        nowMs += 20;
        tickNumber += 1;
        leg.takeVoice(nowMs);
        leg.sendFrame(tickNumber, false);
      }
    },
    receive: (packet: Uint8Array, from = caller) => {
      leg.onRtp(Buffer.from(packet), from.address, from.port, nowMs);
    },
  };
};

describe.each(suites)('with %s', (suite) => {
  test('every packet of sound and every report goes out encrypted, and the caller can read them', () => {
    const { leg, sent, tick } = setUp();
    const theirs = callerOf(suite);
    leg.configure(encrypted(suite));
    leg.start();
    tick(400);
    expect(sent.filter(({ kind }) => kind === 'rtp').length).toBe(400);
    expect(sent.filter(({ kind }) => kind === 'rtcp').length).toBeGreaterThan(0);
    for (const { kind, packet } of sent) {
      const opened = kind === 'rtp' ? theirs.unprotectRtp(packet) : theirs.unprotectRtcp(packet);
      expect(opened).toBeDefined();
      if (kind === 'rtp') expect(opened?.subarray(12)).toEqual(Buffer.alloc(160, 0xd5));
    }
  });

  test('the caller is heard, and keys come', () => {
    const { leg, events, receive } = setUp();
    const theirs = callerOf(suite);
    leg.configure(encrypted(suite));
    leg.start();
    receive(theirs.protectRtp(rtp(1)));
    const key = rtp(2, { payload: Uint8Array.of(5, 0x8a, 0, 160) });
    key[1] = 101;
    receive(theirs.protectRtp(key));
    expect(events).toEqual([
      { type: 'first-rtp' },
      { type: 'digit', digit: '5', source: 'telephone-event' },
    ]);
  });
});

const suite = 'AES_CM_128_HMAC_SHA1_80';

test('plain, changed and repeated packets are dropped and counted', () => {
  const { leg, events, receive } = setUp();
  const theirs = callerOf(suite);
  leg.configure(encrypted(suite));
  leg.start();
  receive(rtp(1));
  expect(events).toEqual([]);
  const packet = Buffer.from(theirs.protectRtp(rtp(2)));
  const changed = Buffer.from(packet);
  changed[40]! ^= 1;
  receive(changed);
  receive(packet);
  receive(packet);
  expect(leg.quality().rejected).toEqual({ forged: 2, replayed: 1 });
  receive(theirs.protectRtp(rtp(3)));
  receive(theirs.protectRtp(rtp(4)));
  expect(leg.quality().up).toMatchObject({ packets: 3, lost: 0 });
});

test('packets without a good tag do not move where we send, and a stranger costs no tag', () => {
  const { leg, sent, receive, tick } = setUp();
  const theirs = callerOf(suite);
  const stranger = { address: '203.0.113.9', port: 9 };
  leg.configure(encrypted(suite));
  leg.start();
  for (let sequence = 1; sequence < 10; sequence += 1) receive(rtp(sequence), stranger);
  tick();
  expect(sent.at(-1)?.port).toBe(caller.port);
  expect(leg.quality().rejected).toEqual({ forged: 9, replayed: 0 });
  receive(theirs.protectRtp(rtp(1)));
  receive(rtp(20), stranger);
  expect(leg.quality().rejected).toEqual({ forged: 9, replayed: 0 });
});

test('a report without a good tag does not move where reports go', async () => {
  const { leg, sent, receive } = setUp();
  const theirs = callerOf(suite);
  leg.configure(encrypted(suite));
  leg.start();
  receive(theirs.protectRtp(rtp(1)));
  leg.onRtcp(rtcp(), caller.address, 666, 0);
  await leg.close();
  expect(sent.at(-1)).toMatchObject({ kind: 'rtcp', port: 4001 });
});

test('RTCP on the port of RTP is encrypted and read too', () => {
  const { leg, sent, tick, receive } = setUp();
  const theirs = callerOf(suite);
  leg.configure({ ...encrypted(suite), rtcpMux: true });
  leg.start();
  receive(theirs.protectRtcp(rtcp()));
  tick(400);
  expect(leg.quality().rejected).toEqual({ forged: 0, replayed: 0 });
  const report = sent.find(({ packet }) => packet[1]! >= 200 && packet[1]! <= 207);
  expect(report && theirs.unprotectRtcp(report.packet)).toBeDefined();
});

test('new keys take effect with the next packet, without a gap in the sequence', () => {
  const { leg, sent, tick } = setUp();
  leg.configure(encrypted(suite));
  leg.start();
  tick(3);
  leg.configure(encrypted('AEAD_AES_256_GCM', 5));
  tick(3);
  const [before, after] = [callerOf(suite), callerOf('AEAD_AES_256_GCM', 5)];
  const opened = sent
    .filter(({ kind }) => kind === 'rtp')
    .map(({ packet }, at) => (at < 3 ? before : after).unprotectRtp(packet)?.readUInt16BE(2));
  expect(opened).toEqual(Array.from({ length: 6 }, (_, at) => (opened[0] ?? Number.NaN) + at));
});

test('a leg in the clear says nothing of rejected packets', () => {
  const { leg, receive } = setUp();
  leg.configure(plain);
  for (const sequence of [1, 2, 3]) receive(rtp(sequence));
  expect(leg.quality().rejected).toBeUndefined();
  expect(leg.quality().up.packets).toBe(3);
});
