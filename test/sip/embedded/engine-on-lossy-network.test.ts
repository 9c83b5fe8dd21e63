import { expect, test } from 'vitest';
import { asLegId } from '../../../src/call/identifiers.ts';
import { createEmbeddedEngine } from '../../../src/sip/embedded/embedded-engine.ts';
import { createSipUserAgent } from '../../../src/sip/embedded/user-agent.ts';
import { createFakeMediaBridge } from '../../support/fake-media-bridge.ts';
import { sdpText } from '../../support/raw-sip-peer.ts';
import { createSipNetwork, strictLog } from '../../support/sip-network.ts';

test('120 calls on a bad network: each leg ends once, and every media leg is closed', async () => {
  const network = createSipNetwork({
    seed: 11,
    loss: 0.2,
    duplication: 0.2,
    minDelayMs: 1,
    maxDelayMs: 900,
  });
  const shared = { clock: network.clock, random: network.random, log: strictLog };
  const media = createFakeMediaBridge();
  const endings: number[] = [];
  const confirmations: number[] = [];
  const later = (maxMs: number, action: () => void): void => {
    network.clock.at(network.clock.now() + Math.floor(network.fraction() * maxMs), action);
  };
  const engine = createEmbeddedEngine({
    ...shared,
    listen: [{ transport: 'udp', address: '10.0.0.1', port: 5060 }],
    openTransport: network.openTransport,
    media,
    codecs: ['PCMA'],
    newLegId: () => asLegId(`leg-${endings.length}`),
  });
  await engine.start((leg) => {
    const call = endings.push(0) - 1;
    leg.onEvent((event) => {
      if (event.type === 'confirmed') confirmations.push(call);
      if (event.type === 'ended') endings[call] = (endings[call] ?? 0) + 1;
    });
    leg.ring();
    if (network.fraction() < 0.1) media.failNext();
    later(3000, () => void leg.answer());
    later(30_000, () => {
      leg.hangUp();
    });
  });
  const caller = createSipUserAgent({
    ...shared,
    listen: [{ transport: 'udp', address: '10.0.0.2', port: 5060 }],
    openTransport: network.openTransport,
  });
  await caller.start();

  for (let call = 0; call < 120; call++) {
    const sdp = sdpText(network.fraction() < 0.1 ? { formats: '18' } : {});
    const session = caller.invite('sip:1234@10.0.0.1', { sdp });
    session.onEvent((event) => {
      if (event.type === 'offer') session.acceptOffer(sdpText());
    });
    later(10_000, () => {
      session.offer(sdpText({ direction: 'sendonly' }));
    });
    later(30_000, () => {
      session.hangUp();
    });
    network.run(200);
    await new Promise(setImmediate);
  }
  for (let second = 0; second < 300; second++) {
    network.run(1000);
    await new Promise(setImmediate);
  }

  expect(endings).toEqual(endings.map(() => 1));
  expect(confirmations.length).toBeGreaterThan(30);
  expect(new Set(confirmations).size).toBe(confirmations.length);
  expect(await media.gauges()).toEqual({ mediaLegs: 0 });
  expect(engine.gauges()).toEqual({
    dialogs: 0,
    transactions: 0,
    tcpConnections: 0,
    timers: 0,
    legs: 0,
  });
});
