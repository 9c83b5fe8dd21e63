import { describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../../src/sip/dialog/session.ts';
import type { SipUserAgent } from '../../../src/sip/embedded/user-agent-options.ts';
import { createSipUserAgent } from '../../../src/sip/embedded/user-agent.ts';
import type { ClientInvite, IncomingInvite } from '../../../src/sip/embedded/sip-session-handle.ts';
import { createSipNetwork, type SipNetwork, strictLog } from '../../support/sip-network.ts';

const sdp = (name: string): string =>
  `v=0\r\no=- ${name} 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n`;

interface Side {
  readonly events: SessionEvent[];
  readonly endings: () => number;
}

const createSide = (): Side => {
  const events: SessionEvent[] = [];
  return { events, endings: () => events.filter(({ type }) => type === 'ended').length };
};

const agent = (
  network: SipNetwork,
  address: string,
  onInvite?: (incoming: IncomingInvite) => void,
): SipUserAgent =>
  createSipUserAgent({
    listen: [{ transport: 'udp', address, port: 5060 }],
    clock: network.clock,
    random: network.random,
    log: strictLog,
    openTransport: network.openTransport,
    ...(onInvite && { onInvite }),
  });

/** Takes every offer, and does a few things at random times, the last of which is to hang up. */
const liveRandomly = (network: SipNetwork, session: ClientInvite, side: Side): void => {
  const later = (maxMs: number, action: () => void): void => {
    network.clock.at(network.clock.now() + Math.floor(network.fraction() * maxMs), action);
  };
  session.onEvent((event) => {
    side.events.push(event);
    if (event.type === 'offer') {
      if (network.fraction() < 0.2) session.rejectOffer(488);
      else session.acceptOffer(sdp('answer'));
    }
    if (event.type === 'answered' && event.sdp !== undefined) session.acceptOffer(sdp('late'));
  });
  if (network.fraction() < 0.5) {
    later(20_000, () => {
      session.offer(sdp('hold'));
    });
  }
  if (network.fraction() < 0.3) {
    later(20_000, () => {
      session.sendInfo('application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n');
    });
  }
  later(40_000, () => {
    session.hangUp();
  });
};

const answerRandomly = (network: SipNetwork, sides: Side[]) => (incoming: IncomingInvite) => {
  const side = createSide();
  sides.push(side);
  liveRandomly(network, incoming, side);
  const later = (maxMs: number, action: () => void): void => {
    network.clock.at(network.clock.now() + Math.floor(network.fraction() * maxMs), action);
  };
  if (network.fraction() < 0.7) incoming.ring();
  later(6000, () => {
    if (network.fraction() < 0.2) incoming.refuse(486);
    else incoming.answer(sdp('answer'));
  });
};

const conditions = [
  { name: 'without loss', loss: 0, duplication: 0, minDelayMs: 1, maxDelayMs: 1 },
  { name: 'with reordering', loss: 0, duplication: 0.1, minDelayMs: 1, maxDelayMs: 900 },
  { name: 'with loss', loss: 0.2, duplication: 0, minDelayMs: 10, maxDelayMs: 50 },
  { name: 'with everything', loss: 0.25, duplication: 0.2, minDelayMs: 1, maxDelayMs: 1200 },
];

describe('two user agents on a bad network', () => {
  for (const { name, ...condition } of conditions) {
    for (const seed of [1, 2]) {
      test(`100 random calls ${name} (seed ${seed}) all end on both sides and leave nothing`, async () => {
        const network = createSipNetwork({ ...condition, seed });
        const callees: Side[] = [];
        const callers: Side[] = [];
        const uas = agent(network, '10.0.0.1', answerRandomly(network, callees));
        const uac = agent(network, '10.0.0.2');
        await Promise.all([uas.start(), uac.start()]);
        for (let call = 0; call < 100; call++) {
          const side = createSide();
          callers.push(side);
          const offer = network.fraction() < 0.2 ? {} : { sdp: sdp('offer') };
          const require = network.fraction() < 0.2 ? [{ name: 'Require', value: '100rel' }] : [];
          const session = uac.invite('sip:1234@10.0.0.1', { ...offer, headers: require });
          liveRandomly(network, session, side);
          network.run(Math.floor(network.fraction() * 500));
        }
        network.run(300_000);

        expect(callers.map((side) => side.endings())).toEqual(callers.map(() => 1));
        expect(callees.map((side) => side.endings())).toEqual(callees.map(() => 1));
        const last = [...callers, ...callees].map((side) => side.events.at(-1)?.type);
        expect(new Set(last)).toEqual(new Set(['ended']));
        const confirmed = callers.filter((side) =>
          side.events.some(({ type }) => type === 'confirmed'),
        );
        expect(confirmed.length).toBeGreaterThan(20);
        const zero = { dialogs: 0, transactions: 0, tcpConnections: 0, timers: 0 };
        expect(uas.gauges()).toEqual(zero);
        expect(uac.gauges()).toEqual(zero);
        await Promise.all([uas.close(), uac.close()]);
      });
    }
  }
});
