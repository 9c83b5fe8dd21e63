import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSipUserAgent } from '../../../src/sip/embedded/user-agent.ts';
import { createRawSipPeer, sdpText } from '../../support/raw-sip-peer.ts';
import { createSipNetwork, strictLog } from '../../support/sip-network.ts';

const methods = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'UPDATE', 'PRACK', 'INFO', 'OPTIONS'] as const;

/** One thing a hostile or broken peer may do, in any order. */
const step = fc.record({
  method: fc.oneof(fc.constant('INVITE'), fc.constantFrom(...methods, 'REFER')),
  cseq: fc.integer({ min: 0, max: 9 }),
  branch: fc.constantFrom('z9hG4bKa', 'z9hG4bKb', 'z9hG4bKc', 'old'),
  inDialog: fc.boolean(),
  body: fc.constantFrom('', sdpText(), sdpText({ formats: '18' }), 'v=0', 'Signal=5'),
  headers: fc.subarray([
    'Require: 100rel',
    'Supported: timer',
    'Session-Expires: 90',
    'RAck: 1 1 INVITE',
    'Record-Route: <sip:10.0.0.9>',
    'Info-Package: x',
  ]),
  /** Where one octet is changed, and into what; mostly not at all. */
  damage: fc.oneof(
    { weight: 5, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.tuple(fc.nat({ max: 600 }), fc.nat({ max: 255 })) },
  ),
  waitMs: fc.constantFrom(0, 10, 600, 40_000),
});

test('whatever a peer sends in whatever order, nothing throws and nothing stays behind', async () => {
  let allCalls = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), fc.nat(), async (steps, seed) => {
      const network = createSipNetwork({
        seed,
        loss: 0,
        duplication: 0.1,
        minDelayMs: 1,
        maxDelayMs: 5,
      });
      let endings = 0;
      let calls = 0;
      let toTag: string | undefined;
      const userAgent = createSipUserAgent({
        listen: [{ transport: 'udp', address: '10.0.0.1', port: 5060 }],
        clock: network.clock,
        random: network.random,
        log: strictLog,
        openTransport: network.openTransport,
        lookup: () => Promise.reject(new Error('no names here')),
        onInvite: (incoming) => {
          calls += 1;
          incoming.onEvent((event) => {
            if (event.type === 'ended') endings += 1;
            if (event.type === 'offer') incoming.acceptOffer(sdpText());
          });
          if (network.fraction() < 0.5) incoming.ring();
          if (network.fraction() < 0.7) incoming.answer(sdpText());
          network.clock.at(network.clock.now() + 100_000, () => {
            incoming.hangUp();
          });
        },
      });
      await userAgent.start();
      const peer = await createRawSipPeer(network, '10.0.0.2', '10.0.0.1');
      let damage: readonly [number, number] | null = null;
      network.onDatagram((_line, bytes) => {
        const tag = /^To:.*;tag=([0-9a-f]+)/im.exec(bytes.toString('latin1'))?.[1];
        toTag = tag ?? toTag;
        if (damage !== null && damage[0] < bytes.length) bytes[damage[0]] = damage[1];
        damage = null;
        return true;
      });
      for (const { method, cseq, branch, inDialog, body, headers, ...rest } of steps) {
        damage = rest.damage;
        peer.request(method, {
          cseq,
          branch,
          body,
          headers,
          ...(inDialog && toTag !== undefined ? { toTag } : {}),
        });
        network.run(rest.waitMs);
      }
      // A damaged Contact may hold a name; its failed look-up is told when promises settle.
      for (let turn = 0; turn < 4; turn++) {
        network.run(100_000);
        await new Promise(setImmediate);
      }
      allCalls += calls;
      expect(endings).toBe(calls);
      expect(userAgent.gauges()).toEqual({
        dialogs: 0,
        transactions: 0,
        tcpConnections: 0,
        timers: 0,
      });
    }),
    { numRuns: 100 },
  );
  // The steps do make calls: this is not a hundred times silence.
  expect(allCalls).toBeGreaterThan(30);
});
