/** A leg whose caller shakes hands for its keys: what goes over its sockets before, then and after. */
import { beforeAll, expect, test } from 'vitest';
import { asNodeId } from '../../src/call/identifiers.ts';
import { pack } from '../../src/bridge/audio/prompt-library.ts';
import { createMediaLeg } from '../../src/bridge/media-leg.ts';
import { createDtlsAssociation } from '../../src/bridge/rtp/dtls-association.ts';
import { createDtlsIdentity } from '../../src/bridge/rtp/dtls-engine.ts';
import type { DtlsIdentity } from '../../src/bridge/rtp/dtls-identity.ts';
import { isDtls } from '../../src/bridge/rtp/dtls-record.ts';
import type { RtpSocket } from '../../src/bridge/rtp/rtp-socket.ts';
import { createSrtpSession } from '../../src/bridge/rtp/srtp-session.ts';
import type { MediaCrypto, MediaEvent, MediaSession } from '../../src/call/ports/media.ts';
import { silentLog } from '../support/media-calls.ts';
import { rtcp, rtp } from './rtp/srtp-fixtures.ts';

type Component = 'rtp' | 'rtcp';
const ports: Readonly<Record<Component, number>> = { rtp: 4000, rtcp: 4001 };
const address = '192.0.2.1';

let ours: DtlsIdentity;
let theirs: DtlsIdentity;
beforeAll(async () => {
  [ours, theirs] = [await createDtlsIdentity(), await createDtlsIdentity()];
});

const sessionWith = (
  role: 'client' | 'server',
  { association = '1', rtcpMux = true, expected = theirs } = {},
): MediaSession => ({
  remoteAddress: address,
  remotePort: ports.rtp,
  remoteRtcpPort: ports.rtcp,
  rtcpMux,
  codec: 'PCMA',
  payloadType: 8,
  telephoneEventPayloadType: 101,
  comfortNoisePayloadType: undefined,
  direction: 'sendrecv',
  dtls: { role, fingerprints: [expected.fingerprint], association },
});

const setUp = () => {
  let nowMs = 1000;
  let tickNumber = 0;
  const sent: { component: Component; packet: Buffer; port: number }[] = [];
  const events: MediaEvent[] = [];
  const associations = new Map<Component, { receive(datagram: Buffer): void }>();
  const note = (component: Component) => (packet: Uint8Array, _address: string, port: number) => {
    const copy = Buffer.from(packet);
    if (isDtls(copy)) setImmediate(() => associations.get(component)?.receive(copy));
    else sent.push({ component, packet: copy, port });
  };
  const socket: RtpSocket = {
    localPort: 10_000,
    localRtcpPort: 10_001,
    sendRtp: note('rtp'),
    sendRtcp: note('rtcp'),
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
        settings: { mediaTimeoutMs: 60_000, concurrentJoins: 1, qualityWindowMs: 60_000 },
      },
      dtlsIdentity: ours,
      log: silentLog,
      emit: (event) => events.push(event),
      onTokenNeeded: () => undefined,
    },
    socket,
    () => nowMs,
  );
  const receive = (component: Component, packet: Uint8Array, port = ports[component]) => {
    const taken = Buffer.from(packet);
    if (component === 'rtp') leg.onRtp(taken, address, port, nowMs);
    else leg.onRtcp(taken, address, port, nowMs);
  };
  return {
    leg,
    sent,
    events,
    receive,
    tick: (count = 1) => {
      for (let round = 0; round < count; round += 1) {
        nowMs += 20;
        tickNumber += 1;
        leg.takeVoice(nowMs);
        leg.sendFrame(tickNumber, false);
      }
    },
    /** The caller's end of a handshake, from `port`. */
    shakeHands: async (
      role: 'client' | 'server',
      component: Component = 'rtp',
      { port = ports[component], identity = theirs } = {},
    ): Promise<MediaCrypto> => {
      const keys = Promise.withResolvers<MediaCrypto>();
      const association = createDtlsAssociation({
        role,
        identity,
        fingerprints: [ours.fingerprint],
        nowMs: () => nowMs,
        send: (datagram) => {
          const copy = Buffer.from(datagram);
          setImmediate(() => {
            receive(component, copy, port);
          });
        },
        onKeys: keys.resolve,
        onFailed: (problem) => {
          keys.reject(new Error(problem));
        },
      });
      associations.set(component, association);
      const crypto = await keys.promise;
      // The last flight arrives.
      for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate);
      association.close();
      return crypto;
    },
  };
};
const endWith = (crypto: MediaCrypto) => {
  const end = createSrtpSession();
  end.configure(crypto);
  return end;
};

test.each(['client', 'server'] as const)(
  'as the %s: nothing goes in the clear before the keys, and all of it encrypted after',
  async (role) => {
    const { leg, sent, events, receive, tick, shakeHands } = setUp();
    const handshake = shakeHands(role === 'client' ? 'server' : 'client');
    leg.configure(sessionWith(role));
    leg.start();
    tick(300);
    receive('rtp', rtp(1));
    receive('rtp', rtcp());
    expect(sent).toEqual([]);
    expect(events).toEqual([]);
    const end = endWith(await handshake);
    tick(300);
    expect(events).toEqual([{ type: 'dtls-keys', suite: 'AEAD_AES_256_GCM' }]);
    expect(sent.length).toBeGreaterThanOrEqual(300);
    for (const { packet } of sent) {
      const isReport = packet[1]! >= 200 && packet[1]! <= 207;
      expect(isReport ? end.unprotectRtcp(packet) : end.unprotectRtp(packet)).toBeDefined();
    }
    receive('rtp', end.protectRtp(rtp(2)));
    receive('rtp', rtp(3));
    expect(events.at(-1)).toEqual({ type: 'first-rtp' });
    expect(leg.quality()).toMatchObject({ rejected: { forged: 1, replayed: 0 } });
    await leg.close();
  },
);

test('without rtcp-mux RTCP has a handshake and keys of its own', async () => {
  const { leg, sent, tick, receive, shakeHands } = setUp();
  leg.configure(sessionWith('server', { rtcpMux: false }));
  leg.start();
  const ofRtp = await shakeHands('client');
  tick(400);
  expect(sent.every(({ component }) => component === 'rtp')).toBe(true);
  const ofRtcp = await shakeHands('client', 'rtcp');
  expect(ofRtcp.local).not.toEqual(ofRtp.local);
  tick(400);
  const end = endWith(ofRtcp);
  const reports = sent.filter(({ component }) => component === 'rtcp');
  expect(reports.length).toBeGreaterThan(0);
  for (const { packet } of reports) expect(end.unprotectRtcp(packet)).toBeDefined();
  receive('rtp', endWith(ofRtp).protectRtp(rtp(1)));
  receive('rtcp', end.protectRtcp(rtcp()));
  expect(leg.quality().rejected).toEqual({ forged: 0, replayed: 0 });
});

test('a caller behind NAT, whose address the SDP does not know, shakes hands all the same', async () => {
  const { leg, shakeHands, events } = setUp();
  leg.configure(sessionWith('server'));
  await shakeHands('client', 'rtp', { port: 61_234 });
  expect(events).toMatchObject([{ type: 'dtls-keys' }]);
});

test('whoever shows another certificate than the SDP named ends the sound, and hears none', async () => {
  const { leg, sent, events, tick, shakeHands } = setUp();
  leg.configure(sessionWith('server'));
  leg.start();
  await shakeHands('client', 'rtp', { identity: await createDtlsIdentity() }).catch(
    () => undefined,
  );
  tick(10);
  expect(events).toEqual([{ type: 'media-timeout' }]);
  expect(sent).toEqual([]);
});

test('the same association goes on through a re-INVITE, another one brings new keys without a gap', async () => {
  const { leg, sent, tick, shakeHands, events } = setUp();
  leg.configure(sessionWith('server'));
  leg.start();
  const first = endWith(await shakeHands('client'));
  tick(3);
  leg.configure({ ...sessionWith('server'), direction: 'recvonly' });
  leg.configure(sessionWith('server'));
  tick(3);
  leg.configure(sessionWith('server', { association: '2' }));
  // What was agreed holds until the new handshake is done.
  tick(3);
  const sequences = (end: typeof first) =>
    sent.splice(0).map(({ packet }) => end.unprotectRtp(packet)?.readUInt16BE(2));
  const before = sequences(first);
  const second = endWith(await shakeHands('client'));
  tick(3);
  const all = [...before, ...sequences(second)];
  expect(all).toEqual(all.map((_, at) => (all[0] ?? Number.NaN) + at));
  expect(all).toHaveLength(12);
  expect(events.map(({ type }) => type)).toEqual(['dtls-keys', 'dtls-keys']);
});
