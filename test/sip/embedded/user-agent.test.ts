import { describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../../src/sip/dialog/session.ts';
import type { InviteOptions, SipUserAgent } from '../../../src/sip/embedded/user-agent-options.ts';
import type { ClientInvite, IncomingInvite } from '../../../src/sip/embedded/sip-session-handle.ts';
import { createSipUserAgent } from '../../../src/sip/embedded/user-agent.ts';
import { cseq, header, headers, topVia } from '../../../src/sip/message/message-headers.ts';
import { createRawSipPeer, lineOf, sdpText, type RawSipPeer } from '../../support/raw-sip-peer.ts';
import { createSipNetwork, strictLog, type SipNetwork } from '../../support/sip-network.ts';
import { requestIn } from './engine-fixture.ts';

interface Fixture {
  readonly network: SipNetwork;
  readonly userAgent: SipUserAgent;
  readonly peer: RawSipPeer;
  readonly events: readonly SessionEvent[];
  readonly call: (options?: InviteOptions) => ClientInvite;
  readonly types: () => readonly string[];
  readonly invited: readonly IncomingInvite[];
}

const nothingLeft = { dialogs: 0, transactions: 0, tcpConnections: 0, timers: 0 };
const target = 'sip:1234@10.0.0.2';

const createFixture = async (maxSessions = 100): Promise<Fixture> => {
  const network = createSipNetwork();
  const invited: IncomingInvite[] = [];
  const events: SessionEvent[] = [];
  const userAgent = createSipUserAgent({
    listen: [{ transport: 'udp', address: '10.0.0.1', port: 5060 }],
    clock: network.clock,
    random: network.random,
    log: strictLog,
    openTransport: network.openTransport,
    lookup: async () => '10.0.0.2',
    maxSessions,
    sourceLimits: { ratePerS: 100, burst: 100, maxSources: 10 },
    onInvite: (incoming) => {
      invited.push(incoming);
      incoming.onEvent((event) => events.push(event));
    },
  });
  await userAgent.start();
  return {
    network,
    userAgent,
    peer: await createRawSipPeer(network, '10.0.0.2', '10.0.0.1'),
    events,
    call: (options = { sdp: sdpText() }) => {
      const session = userAgent.invite(target, options);
      session.onEvent((event) => events.push(event));
      return session;
    },
    types: () => events.map(({ type }) => type),
    invited,
  };
};

describe('an outgoing call', () => {
  test('is invited, rings, is answered, acknowledged and hung up', async () => {
    const { network, peer, call, types, events, userAgent } = await createFixture();
    const session = call();
    network.run(20);
    const [invite] = [requestIn(peer.take(), 'INVITE')];
    expect(invite.requestUri).toBe(target);
    expect(topVia(invite)?.params.has('rport')).toBe(true);
    expect(header(invite, 'Contact')).toBe('<sip:10.0.0.1:5060>');
    peer.respond(invite, 180);
    peer.respond(invite, 200, [], sdpText());
    network.run(20);
    const ack = requestIn(peer.take(), 'ACK');
    expect(ack.requestUri).toBe('sip:peer@10.0.0.2:5060');
    expect(topVia(ack)?.params.get('branch')).not.toBe(topVia(invite)?.params.get('branch'));
    expect(types()).toEqual(['provisional', 'answered', 'confirmed']);
    session.hangUp();
    network.run(20);
    peer.respond(requestIn(peer.take(), 'BYE'), 200);
    network.run(60_000);
    expect(events.at(-1)).toEqual({ type: 'ended', cause: { by: 'local', how: 'bye' } });
    expect(userAgent.gauges()).toEqual(nothingLeft);
  });

  test('acknowledges a 200 again that comes again', async () => {
    const { network, peer, call } = await createFixture();
    call();
    network.run(20);
    const invite = requestIn(peer.take(), 'INVITE');
    for (let time = 0; time < 3; time++) {
      peer.respond(invite, 200, [], sdpText());
      network.run(20);
    }
    expect(peer.takeLines()).toEqual(['ACK', 'ACK', 'ACK']);
  });

  test('keeps the first fork that answers, and gives the second one ACK and BYE', async () => {
    const { network, peer, call, types } = await createFixture();
    call();
    network.run(20);
    const invite = requestIn(peer.take(), 'INVITE');
    peer.respond(invite, 200, [], sdpText(), 'one');
    network.run(20);
    expect(peer.takeLines()).toEqual(['ACK']);
    peer.respond(invite, 200, [], sdpText(), 'two');
    network.run(20);
    const messages = peer.take();
    expect(messages.map(lineOf)).toEqual(['ACK', 'BYE']);
    expect(messages.every((message) => header(message, 'To')?.endsWith('tag=two'))).toBe(true);
    expect(types()).toEqual(['answered', 'confirmed']);
  });

  test('hung up before a provisional waits with its CANCEL for one', async () => {
    const { network, peer, call, events, userAgent } = await createFixture();
    const session = call();
    session.hangUp();
    network.run(20);
    const invite = requestIn(peer.take(), 'INVITE');
    peer.respond(invite, 180);
    network.run(20);
    const cancel = requestIn(peer.take(), 'CANCEL');
    expect(topVia(cancel)?.params.get('branch')).toBe(topVia(invite)?.params.get('branch'));
    expect(cseq(cancel)).toEqual({ seq: cseq(invite)?.seq, method: 'CANCEL' });
    peer.respond(cancel, 200);
    peer.respond(invite, 487);
    network.run(20);
    expect(peer.takeLines()).toEqual(['ACK']);
    expect(events).toEqual([{ type: 'ended', cause: { by: 'local', how: 'cancel' } }]);
    network.run(60_000);
    expect(userAgent.gauges()).toEqual(nothingLeft);
  });

  test('whose 200 crossed the CANCEL gets ACK and BYE', async () => {
    const { network, peer, call } = await createFixture();
    const session = call();
    network.run(20);
    const invite = requestIn(peer.take(), 'INVITE');
    peer.respond(invite, 180);
    network.run(20);
    session.hangUp();
    peer.respond(invite, 200, [], sdpText());
    network.run(20);
    expect(peer.takeLines()).toEqual(['CANCEL', 'ACK', 'BYE']);
  });

  test('that is refused ends with the status, a redirection too', async () => {
    for (const status of [302, 486, 603]) {
      const { network, peer, call, events } = await createFixture();
      call();
      network.run(20);
      peer.respond(requestIn(peer.take(), 'INVITE'), status);
      network.run(20);
      expect(peer.takeLines()).toEqual(['ACK']);
      const cause = { by: 'network', how: 'rejected', sipStatus: status };
      expect(events).toEqual([{ type: 'ended', cause }]);
    }
  });

  test('that nobody answers is sent again until 64*T1 and ends as no-answer', async () => {
    const { network, peer, call, events } = await createFixture();
    call();
    network.run(40_000);
    expect(peer.takeLines()).toEqual(Array.from({ length: 7 }, () => 'INVITE'));
    const cause = { by: 'network', how: 'no-answer', sipStatus: 408 };
    expect(events).toEqual([{ type: 'ended', cause }]);
  });

  test('that rings too long is cancelled', async () => {
    const { network, peer, call, events } = await createFixture();
    call({ sdp: sdpText(), ringTimeoutMs: 5000 });
    network.run(20);
    peer.respond(requestIn(peer.take(), 'INVITE'), 180);
    network.run(5000);
    expect(peer.takeLines()).toContain('CANCEL');
    expect(events.at(-1)).toEqual({ type: 'ended', cause: { by: 'network', how: 'no-answer' } });
  });

  test('answers a challenge once, with SHA-256 where that is offered', async () => {
    const { network, peer, call, events } = await createFixture();
    call({ sdp: sdpText(), credentials: { user: 'eva', password: 'secret' } });
    network.run(20);
    const first = requestIn(peer.take(), 'INVITE');
    const challenge = [
      'WWW-Authenticate: Digest realm="x", nonce="abc", algorithm=MD5, qop="auth"',
      'WWW-Authenticate: Digest realm="x", nonce="abc", algorithm=SHA-256, qop="auth"',
    ];
    peer.respond(first, 401, challenge);
    network.run(20);
    const second = requestIn(peer.take(), 'INVITE');
    expect(cseq(second)?.seq).toBe((cseq(first)?.seq ?? 0) + 1);
    expect(header(second, 'Authorization')).toMatch(/^Digest username="eva".*algorithm=SHA-256/);
    peer.respond(second, 401, challenge);
    network.run(20);
    const third = peer.take();
    // The second refusal may be a stale nonce; the third is the last.
    peer.respond(requestIn(third, 'INVITE'), 401, challenge);
    network.run(20);
    const cause = { by: 'network', how: 'rejected', sipStatus: 401 };
    expect(events).toEqual([{ type: 'ended', cause }]);
  });

  test('acknowledges a reliable provisional with PRACK, once', async () => {
    const { network, peer, call, types } = await createFixture();
    call();
    network.run(20);
    const invite = requestIn(peer.take(), 'INVITE');
    const seq = cseq(invite)?.seq ?? 0;
    peer.respond(invite, 180, ['Require: 100rel', 'RSeq: 7']);
    peer.respond(invite, 180, ['Require: 100rel', 'RSeq: 7']);
    network.run(20);
    const messages = peer.take();
    expect(messages.map(lineOf)).toEqual(['PRACK']);
    expect(header(requestIn(messages, 'PRACK'), 'RAck')).toBe(`7 ${seq} INVITE`);
    expect(types()).toEqual(['provisional']);
  });

  test('without an offer answers the one in the 200 in its ACK', async () => {
    const { network, peer, call, types } = await createFixture();
    const session = call({});
    network.run(20);
    const invite = requestIn(peer.take(), 'INVITE');
    expect(invite.body).toHaveLength(0);
    peer.respond(invite, 200, [], sdpText());
    network.run(20);
    expect(peer.takeLines()).toEqual([]);
    session.acceptOffer(sdpText({ port: 5004 }));
    network.run(20);
    expect(requestIn(peer.take(), 'ACK').body.toString()).toContain('m=audio 5004');
    expect(types()).toEqual(['answered', 'confirmed']);
  });

  test('looks a host name up', async () => {
    const { network, peer, userAgent } = await createFixture();
    userAgent.invite('sip:1234@meet.example.org', { sdp: sdpText() });
    await Promise.resolve();
    network.run(20);
    expect(requestIn(peer.take(), 'INVITE').requestUri).toBe('sip:1234@meet.example.org');
  });

  test('to where no socket of ours leads ends as a transport failure', async () => {
    const { userAgent } = await createFixture();
    const events: SessionEvent[] = [];
    userAgent.invite('sip:1234@[2001:db8::1]').onEvent((event) => events.push(event));
    expect(events).toEqual([{ type: 'ended', cause: { by: 'network', how: 'transport' } }]);
    expect(userAgent.gauges()).toEqual(nothingLeft);
  });
});

describe('an established call', () => {
  const establish = async (fixture: Fixture): Promise<ClientInvite> => {
    const session = fixture.call();
    fixture.network.run(20);
    const invite = requestIn(fixture.peer.take(), 'INVITE');
    fixture.peer.respond(invite, 200, [], sdpText());
    fixture.network.run(20);
    fixture.peer.take();
    return session;
  };

  test('offers anew by re-INVITE, and after glare waits 2.1 to 4 s as the Call-ID is its own', async () => {
    const fixture = await createFixture();
    const { network, peer, types } = fixture;
    const session = await establish(fixture);
    session.offer(sdpText({ direction: 'sendonly' }));
    network.run(20);
    peer.respond(requestIn(peer.take(), 'INVITE'), 491);
    network.run(2050);
    expect(peer.takeLines()).toEqual(['ACK']);
    network.run(2000);
    const again = requestIn(peer.take(), 'INVITE');
    peer.respond(again, 200, [], sdpText({ direction: 'recvonly' }));
    network.run(20);
    expect(peer.takeLines()).toEqual(['ACK']);
    expect(types()).toEqual(['answered', 'confirmed', 'answer']);
  });

  test('goes on when its offer is refused', async () => {
    const fixture = await createFixture();
    const { network, peer, events } = fixture;
    const session = await establish(fixture);
    session.offer(sdpText());
    network.run(20);
    peer.respond(requestIn(peer.take(), 'INVITE'), 488);
    network.run(20);
    expect(peer.takeLines()).toEqual(['ACK']);
    expect(events.at(-1)).toEqual({ type: 'offer-refused', status: 488 });
  });

  test('ends with BYE when the peer has no such dialog any more', async () => {
    const fixture = await createFixture();
    const { network, peer, events } = fixture;
    const session = await establish(fixture);
    session.offer(sdpText());
    network.run(20);
    peer.respond(requestIn(peer.take(), 'INVITE'), 481);
    network.run(20);
    expect(peer.takeLines()).toEqual(['ACK', 'BYE']);
    expect(events.at(-1)).toEqual({ type: 'ended', cause: { by: 'network', how: 'transport' } });
  });

  test('sends a digit by INFO', async () => {
    const fixture = await createFixture();
    const { network, peer } = fixture;
    const session = await establish(fixture);
    session.sendInfo('application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n');
    network.run(20);
    expect(requestIn(peer.take(), 'INFO').body.toString()).toContain('Signal=5');
  });
});

describe('glare and overlap, as the side that is called', () => {
  const establish = async (fixture: Fixture): Promise<string> => {
    const { network, peer, invited } = fixture;
    peer.request('INVITE', { body: sdpText() });
    network.run(20);
    invited[0]?.answer(sdpText());
    network.run(20);
    const toTag = header(peer.take().at(-1) ?? requestIn([], 'x'), 'To')?.split('tag=')[1] ?? '';
    peer.request('ACK', { toTag });
    network.run(20);
    return toTag;
  };

  test('a re-INVITE that meets ours gets 491, and ours is repeated within 2 s', async () => {
    const fixture = await createFixture();
    const { network, peer, invited } = fixture;
    const toTag = await establish(fixture);
    invited[0]?.offer(sdpText());
    network.run(20);
    const ours = requestIn(peer.take(), 'INVITE');
    peer.request('INVITE', { toTag, cseq: 2, body: sdpText() });
    network.run(20);
    expect(peer.takeLines()).toEqual(['491 INVITE']);
    peer.request('ACK', { toTag, cseq: 2, branch: 'z9hG4bKraw3' });
    peer.respond(ours, 491);
    network.run(2020);
    expect(new Set(peer.takeLines())).toEqual(new Set(['ACK', 'INVITE']));
  });

  test('a second re-INVITE before the answer to the first gets 500 with Retry-After', async () => {
    const fixture = await createFixture();
    const { network, peer } = fixture;
    const toTag = await establish(fixture);
    peer.request('INVITE', { toTag, cseq: 2, body: sdpText() });
    peer.request('INVITE', { toTag, cseq: 3, body: sdpText() });
    network.run(50);
    const [refusal] = peer.take();
    expect(refusal && lineOf(refusal)).toBe('500 INVITE');
    expect(Number(refusal && header(refusal, 'Retry-After'))).toBeLessThanOrEqual(10);
  });

  test('a re-INVITE can be cancelled, and the call goes on', async () => {
    const fixture = await createFixture();
    const { network, peer, types } = fixture;
    const toTag = await establish(fixture);
    peer.request('INVITE', { toTag, cseq: 2, body: sdpText(), branch: 'z9hG4bKre' });
    peer.request('CANCEL', { cseq: 2, branch: 'z9hG4bKre' });
    network.run(20);
    expect(peer.takeLines()).toEqual(['200 CANCEL', '487 INVITE']);
    expect(types()).toEqual(['confirmed', 'offer']);
  });
});

describe('what the network throws at it', () => {
  test('the same INVITE again is answered by the transaction alone', async () => {
    const { network, peer, invited } = await createFixture();
    peer.request('INVITE', { body: sdpText(), branch: 'z9hG4bKsame' });
    peer.request('INVITE', { body: sdpText(), branch: 'z9hG4bKsame' });
    network.run(20);
    expect(invited).toHaveLength(1);
    expect(peer.takeLines()).toEqual(['100 INVITE', '100 INVITE']);
  });

  test('the same INVITE by another way is a loop: 482', async () => {
    const { network, peer, invited } = await createFixture();
    peer.request('INVITE', { body: sdpText(), branch: 'z9hG4bKone' });
    peer.request('INVITE', { body: sdpText(), branch: 'z9hG4bKtwo' });
    network.run(20);
    expect(invited).toHaveLength(1);
    expect(peer.takeLines()).toEqual(['100 INVITE', '482 INVITE']);
  });

  test('malformed requests get 400 and are counted; noise is only counted', async () => {
    const { network, peer, userAgent } = await createFixture();
    peer.send('\r\n\r\n');
    peer.send('hello');
    peer.request('OPTIONS', { headers: ['CSeq: 9 OPTIONS'] });
    network.run(20);
    expect(peer.takeLines()).toEqual(['400 OPTIONS']);
    expect(userAgent.counters()).toMatchObject({ received: 3, malformed: 2 });
  });

  test('a flood from one source is cut, and that of another is heard', async () => {
    const { network, peer, userAgent } = await createFixture();
    const other = await createRawSipPeer(network, '10.0.0.3', '10.0.0.1');
    for (let sent = 0; sent < 150; sent++) peer.request('OPTIONS', { cseq: sent + 1 });
    other.request('OPTIONS', { cseq: 999 });
    network.run(20);
    expect(peer.takeLines()).toHaveLength(100);
    expect(other.takeLines()).toEqual(['200 OPTIONS']);
    expect(userAgent.counters().flood).toBe(50);
  });

  test('responses nobody asked for are dropped', async () => {
    const { network, peer, userAgent, call } = await createFixture();
    call();
    network.run(20);
    const invite = requestIn(peer.take(), 'INVITE');
    peer.respond({ ...invite, headers: headersWithBranch(invite.headers, 'z9hG4bKother') }, 200);
    network.run(20);
    expect(userAgent.counters().dropped).toBe(1);
    expect(headers(invite, 'Via')).toHaveLength(1);
  });

  test('beyond its sessions it answers 503 with Retry-After', async () => {
    const { network, peer } = await createFixture(0);
    peer.request('INVITE', { body: sdpText() });
    network.run(20);
    expect(peer.take().map((message) => [lineOf(message), header(message, 'Retry-After')])).toEqual(
      [['503 INVITE', '10']],
    );
  });

  test('a listener that throws costs its own call only', async () => {
    const failures: string[] = [];
    const network = createSipNetwork();
    const userAgent = createSipUserAgent({
      listen: [{ transport: 'udp', address: '10.0.0.1', port: 5060 }],
      clock: network.clock,
      random: network.random,
      log: { ...strictLog, error: (_fields, message) => failures.push(message) },
      openTransport: network.openTransport,
      onInvite: () => {
        throw new Error('a bug');
      },
    });
    await userAgent.start();
    const peer = await createRawSipPeer(network, '10.0.0.2', '10.0.0.1');
    peer.request('INVITE', { body: sdpText() });
    network.run(20);
    expect(peer.takeLines()).toEqual(['100 INVITE', '500 INVITE']);
    expect(failures).toEqual(['invite listener threw']);
  });

  test('closing hangs up, tells each call its end and leaves no timer', async () => {
    const { network, userAgent, call, events } = await createFixture();
    call();
    network.run(20);
    await userAgent.close();
    await userAgent.close();
    expect(events).toEqual([{ type: 'ended', cause: { by: 'local', how: 'cancel' } }]);
    expect(userAgent.gauges()).toMatchObject({ dialogs: 0, timers: 0 });
  });
});

const headersWithBranch = (
  all: readonly { readonly name: string; readonly value: string }[],
  branch: string,
) =>
  all.map(({ name, value }) => ({
    name,
    value: name === 'Via' ? value.replace(/branch=[^;]+/, `branch=${branch}`) : value,
  }));
