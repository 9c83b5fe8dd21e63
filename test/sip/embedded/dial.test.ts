import { describe, expect, test } from 'vitest';
import { asLegId } from '../../../src/call/identifiers.ts';
import type { DialOutcome, DialRequest } from '../../../src/call/ports/sip-engine.ts';
import type { EmbeddedEngineOptions } from '../../../src/sip/embedded/embedded-engine.ts';
import { header, headers, toOf } from '../../../src/sip/message/message-headers.ts';
import { sdpBodyOf } from '../../../src/sip/message/sdp-body.ts';
import type { SipMessage } from '../../../src/sip/message/sip-message.ts';
import type { Trunk, TrunkSource } from '../../../src/trunk/trunk.ts';
import { emptyTrunkBook } from '../../../src/trunk/trunk.ts';
import { createRawSipPeer, sdpText } from '../../support/raw-sip-peer.ts';
import { createEngineFixture, requestIn, type EngineFixture } from './engine-fixture.ts';

const carrier: Trunk = {
  name: 'carrier',
  addresses: ['10.0.0.2'],
  credentials: undefined,
  registration: undefined,
  numbers: [],
  identity: [],
  codecs: ['PCMU'],
  limits: { calls: undefined, callsPerS: undefined },
  publicAddress: '192.0.2.7',
  peer: 'sip:10.0.0.2',
  keepAlive: undefined,
};
const registering: Trunk = {
  ...carrier,
  name: 'registering',
  peer: undefined,
  registration: {
    registrar: 'sip:carrier.example',
    account: '4589100000',
    user: 'user-1',
    password: 'hemligt',
    contactUser: 'line-1',
    expiresS: 600,
  },
};
const source: TrunkSource = {
  current: { ...emptyTrunkBook, trunks: [carrier, registering] },
  onChange: () => undefined,
};
const names = {
  srv: async () => [
    { host: 'first.carrier.example', port: 5060, priority: 1, weight: 1 },
    { host: 'second.carrier.example', port: 5060, priority: 2, weight: 1 },
  ],
  addresses: async (host: string) => [host.startsWith('first') ? '10.0.0.3' : '10.0.0.2'],
};
const withTrunks: Partial<EmbeddedEngineOptions> = { trunks: { source, allow: [], names } };

interface Dialling {
  readonly outcome: () => DialOutcome | undefined;
  readonly takeBack: () => void;
}

const dial = (fixture: EngineFixture, options: Partial<DialRequest>): Dialling => {
  const taking = new AbortController();
  let outcome: DialOutcome | undefined;
  const request: DialRequest = {
    legId: asLegId('dialled'),
    trunk: 'carrier',
    to: '+46701234567',
    callerNumber: '+46480445511',
    ringLimitMs: 60_000,
    ...options,
  };
  void fixture.engine.dial?.(request, taking.signal).then((came) => (outcome = came));
  return {
    outcome: () => outcome,
    takeBack: () => {
      taking.abort();
    },
  };
};

/** The REGISTER of a trunk is none of these tests' business. */
const calls = (messages: readonly SipMessage[]): readonly SipMessage[] =>
  messages.filter((message) => message.kind !== 'request' || message.method !== 'REGISTER');
const linesOf = (messages: readonly SipMessage[]): readonly string[] =>
  calls(messages).map((message) => (message.kind === 'request' ? message.method : 'response'));

describe('a number through a trunk', () => {
  test('goes to its peer in its domain, with our number, its codecs and its address for us', async () => {
    const fixture = await createEngineFixture(undefined, withTrunks);
    const { outcome } = dial(fixture, {});
    await fixture.run(50);
    const invite = requestIn(fixture.peer.take(), 'INVITE');
    expect(invite.requestUri).toBe('sip:+46701234567@10.0.0.2;user=phone');
    expect(header(invite, 'From')).toContain('sip:+46480445511@10.0.0.2');
    expect(header(invite, 'P-Asserted-Identity')).toContain('sip:+46480445511@10.0.0.2');
    expect(headers(invite, 'Privacy')).toEqual([]);
    expect(header(invite, 'Contact')).toContain('192.0.2.7');
    const sdp = sdpBodyOf(invite) ?? '';
    expect(sdp).toContain('c=IN IP4 192.0.2.7');
    expect(sdp).toMatch(/m=audio \d+ RTP\/AVP 0 101\r/);
    expect(sdp).not.toContain('crypto');
    fixture.peer.respond(invite, 200, [], sdpText({ formats: '0 101' }));
    await fixture.run(50);
    expect(linesOf(fixture.peer.take())).toEqual(['ACK']);
    expect(outcome()).toMatchObject({ outcome: 'answered', media: { codec: 'PCMU' } });
    expect(fixture.media.legs[0]?.calls).toEqual(['configure sendrecv 10.0.0.2:4000', 'start']);
  });

  test('with a withheld number names nobody but the account, privately', async () => {
    const fixture = await createEngineFixture(undefined, withTrunks);
    dial(fixture, { trunk: 'registering', callerNumber: undefined });
    await fixture.run(2_000);
    // The first server of the domain is silent; all of this goes to the second one.
    await fixture.run(40_000);
    const invite = requestIn(fixture.peer.take(), 'INVITE');
    expect(invite.requestUri).toBe('sip:+46701234567@carrier.example;user=phone');
    expect(header(invite, 'From')).toContain('anonymous@anonymous.invalid');
    expect(header(invite, 'P-Asserted-Identity')).toContain('4589100000@carrier.example');
    expect(header(invite, 'Privacy')).toBe('id');
    expect(header(invite, 'Contact')).toContain('<sip:line-1@192.0.2.7');
  });

  test('answers the challenge of the provider with what we register with', async () => {
    const fixture = await createEngineFixture(undefined, withTrunks);
    const second = await createRawSipPeer(fixture.network, '10.0.0.3', '10.0.0.1');
    const { outcome } = dial(fixture, { trunk: 'registering' });
    await fixture.run(50);
    const first = requestIn(second.take(), 'INVITE');
    second.respond(first, 407, ['Proxy-Authenticate: Digest realm="x", nonce="n", qop="auth"']);
    await fixture.run(50);
    const again = requestIn(second.take(), 'INVITE');
    expect(header(again, 'Proxy-Authorization')).toContain('username="user-1"');
    expect(header(again, 'CSeq')).not.toBe(header(first, 'CSeq'));
    second.respond(again, 486);
    await fixture.run(50);
    expect(outcome()).toEqual({ outcome: 'failed', how: 'busy', sipStatus: 486 });
  });

  test('is tried at the next server where the first has none to give', async () => {
    const fixture = await createEngineFixture(undefined, withTrunks);
    const first = await createRawSipPeer(fixture.network, '10.0.0.3', '10.0.0.1');
    const { outcome } = dial(fixture, { trunk: 'registering' });
    await fixture.run(50);
    first.respond(requestIn(first.take(), 'INVITE'), 503);
    await fixture.run(50);
    const invite = requestIn(fixture.peer.take(), 'INVITE');
    fixture.peer.respond(invite, 200, [], sdpText({ formats: '0 101' }));
    await fixture.run(50);
    expect(outcome()).toMatchObject({ outcome: 'answered' });
  });

  test.each([
    ['sip:+46701234567@elsewhere.example', 'a URI is no number'],
    ['+4670;phone-context=x', 'parameters are no number'],
    ['', 'nothing'],
  ])('%s is not dialled: %s', async (to) => {
    const fixture = await createEngineFixture(undefined, withTrunks);
    const { outcome } = dial(fixture, { to });
    await fixture.run(50);
    expect(outcome()).toEqual({ outcome: 'failed', how: 'unreachable' });
    expect(fixture.network.trace.some((line) => line.includes('INVITE'))).toBe(false);
  });
});

describe('an address of its own', () => {
  const direct = { trunk: undefined, to: 'sip:desk@10.0.0.2' };

  test('is called as it is, without the headers somebody wrote into it', async () => {
    const fixture = await createEngineFixture();
    dial(fixture, { ...direct, to: 'sip:desk:secret@10.0.0.2?Subject=hello' });
    await fixture.run(50);
    const invite = requestIn(fixture.peer.take(), 'INVITE');
    expect(invite.requestUri).toBe('sip:desk@10.0.0.2');
    expect(headers(invite, 'P-Asserted-Identity')).toEqual([]);
    expect(headers(invite, 'Subject')).toEqual([]);
  });

  test('that forks: the first answer is the call, the other gets ACK and BYE', async () => {
    const fixture = await createEngineFixture();
    const { outcome } = dial(fixture, direct);
    await fixture.run(50);
    const invite = requestIn(fixture.peer.take(), 'INVITE');
    fixture.peer.respond(invite, 200, [], sdpText(), 'kitchen');
    fixture.peer.respond(invite, 200, [], sdpText({ port: 6000 }), 'hall');
    await fixture.run(100);
    expect(outcome()).toMatchObject({ outcome: 'answered' });
    const told = fixture.peer.take();
    expect(linesOf(told)).toEqual(['ACK', 'ACK', 'BYE']);
    expect(toOf(requestIn(told, 'BYE'))?.tag).toBe('hall');
    expect(fixture.media.legs[0]?.session?.remotePort).toBe(4000);
  });

  test('answered while it was taken back is hung up on', async () => {
    const fixture = await createEngineFixture();
    const { outcome, takeBack } = dial(fixture, direct);
    await fixture.run(50);
    const invite = requestIn(fixture.peer.take(), 'INVITE');
    takeBack();
    fixture.peer.respond(invite, 200, [], sdpText());
    await fixture.run(300);
    expect(outcome()).toEqual({ outcome: 'failed', how: 'cancelled' });
    expect(linesOf(fixture.peer.take())).toEqual(['ACK', 'BYE']);
    expect(fixture.media.legs[0]?.isClosed).toBe(true);
  });

  test('sound before the answer goes nowhere', async () => {
    const fixture = await createEngineFixture();
    const { outcome } = dial(fixture, direct);
    await fixture.run(50);
    const invite = requestIn(fixture.peer.take(), 'INVITE');
    fixture.peer.respond(invite, 183, [], sdpText());
    await fixture.run(100);
    expect(outcome()).toBeUndefined();
    expect(fixture.media.legs[0]?.calls).toEqual([]);
  });

  test('that nothing answers at all is unreachable', async () => {
    const fixture = await createEngineFixture();
    const { outcome } = dial(fixture, { ...direct, to: 'sip:desk@10.0.0.99' });
    await fixture.run(40_000);
    expect(outcome()).toEqual({ outcome: 'failed', how: 'unreachable' });
    expect(fixture.media.legs.every(({ isClosed }) => isClosed)).toBe(true);
  });

  test('without a media port is not called', async () => {
    const fixture = await createEngineFixture();
    fixture.media.failNext();
    const { outcome } = dial(fixture, direct);
    await fixture.run(50);
    expect(outcome()).toEqual({ outcome: 'failed', how: 'unreachable' });
    expect(fixture.peer.take()).toEqual([]);
  });

  test('where SRTP is required is offered nothing else', async () => {
    const fixture = await createEngineFixture(undefined, { srtpPolicy: 'require' });
    const { outcome } = dial(fixture, direct);
    await fixture.run(50);
    const invite = requestIn(fixture.peer.take(), 'INVITE');
    expect(sdpBodyOf(invite)).toContain('RTP/SAVP');
    fixture.peer.respond(invite, 200, [], sdpText());
    await fixture.run(300);
    expect(outcome()).toEqual({ outcome: 'failed', how: 'rejected', sipStatus: 488 });
    expect(linesOf(fixture.peer.take())).toEqual(['ACK', 'BYE']);
  });

  test('over TLS is offered keys beside plain sound, and RTP/SAVP where it refuses that', async () => {
    const listen = [{ transport: 'tls', address: '10.0.0.1', port: 5060 }] as const;
    const fixture = await createEngineFixture(undefined, { listen, srtpPolicy: 'allow' });
    const { outcome } = dial(fixture, { ...direct, to: 'sip:desk@10.0.0.2:5060;transport=tls' });
    await fixture.run(50);
    const first = requestIn(fixture.peer.take(), 'INVITE');
    expect(sdpBodyOf(first)).toMatch(/RTP\/AVP [^]*a=crypto:1 /);
    fixture.peer.respond(first, 488);
    await fixture.run(300);
    const second = requestIn(fixture.peer.take(), 'INVITE');
    expect(sdpBodyOf(second)).toMatch(/RTP\/SAVP [^]*a=crypto:1 /);
    expect(header(second, 'Call-ID')).not.toBe(header(first, 'Call-ID'));
    fixture.peer.respond(second, 486);
    await fixture.run(300);
    expect(outcome()).toEqual({ outcome: 'failed', how: 'busy', sipStatus: 486 });
  });
});
