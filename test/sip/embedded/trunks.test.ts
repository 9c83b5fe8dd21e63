/** The embedded engine with trunks, on the simulated network: what a provider sees of us. */
import { describe, expect, test } from 'vitest';
import { asLegId } from '../../../src/call/identifiers.ts';
import type { CallLeg } from '../../../src/call/ports/sip-engine.ts';
import { createEmbeddedEngine } from '../../../src/sip/embedded/embedded-engine.ts';
import { header, headers } from '../../../src/sip/message/message-headers.ts';
import type { SipMessage, SipRequest } from '../../../src/sip/message/sip-message.ts';
import { digestParams, digestResponse } from '../../../src/trunk/digest.ts';
import type { Trunk, TrunkBook, TrunkRegistration } from '../../../src/trunk/trunk.ts';
import { createFakeMediaBridge } from '../../support/fake-media-bridge.ts';
import { createRawSipPeer, lineOf, sdpText } from '../../support/raw-sip-peer.ts';
import { createSipNetwork, strictLog } from '../../support/sip-network.ts';
import { bookOf, trunkOf } from '../../trunk/trunks.ts';
import { requestIn, tagOf } from './engine-fixture.ts';

const ours = '10.0.0.1';
const provider = '10.0.0.2';

const registration: TrunkRegistration = {
  registrar: 'sip:sip.provider.example',
  account: '4589100000',
  user: 'user-1',
  password: 'hemlig',
  contactUser: '4589100000',
  expiresS: 600,
};

const createStage = async (...trunks: Trunk[]) => {
  const network = createSipNetwork();
  const listeners: ((book: TrunkBook) => void)[] = [];
  const legs: CallLeg[] = [];
  let book = bookOf(...trunks);
  const engine = createEmbeddedEngine({
    listen: [{ transport: 'udp', address: ours, port: 5060 }],
    clock: network.clock,
    random: network.random,
    log: strictLog,
    openTransport: network.openTransport,
    media: createFakeMediaBridge(),
    codecs: ['PCMA', 'PCMU'],
    newLegId: () => asLegId(`leg-${legs.length + 1}`),
    trunks: {
      source: {
        get current() {
          return book;
        },
        onChange: (listener) => listeners.push(listener),
      },
      allow: [],
      names: {
        srv: async () => [
          { host: 'a', port: 5060, priority: 10, weight: 0 },
          { host: 'b', port: 5060, priority: 20, weight: 0 },
        ],
        addresses: async (host) => [host === 'a' ? provider : '10.0.0.3'],
      },
    },
  });
  const peer = await createRawSipPeer(network, provider, ours);
  const second = await createRawSipPeer(network, '10.0.0.3', ours);
  await engine.start((leg) => {
    legs.push(leg);
    leg.onEvent(() => undefined);
  });
  const run = async (ms: number): Promise<void> => {
    for (let step = 0; step < 20; step++) {
      network.run(Math.ceil(ms / 20));
      for (let turn = 0; turn < 30; turn++) await Promise.resolve();
    }
  };
  return {
    network,
    engine,
    peer,
    second,
    legs,
    run,
    replace: (...next: Trunk[]) => {
      book = bookOf(...next);
      for (const listener of listeners) listener(book);
    },
  };
};

const authorizationFor = (
  messages: readonly SipMessage[],
  { method, uri, user, password }: Record<'method' | 'uri' | 'user' | 'password', string>,
): string => {
  const challenge = messages.flatMap((message) => headers(message, 'WWW-Authenticate'))[0] ?? '';
  const nonce = digestParams(challenge.slice(7)).get('nonce') ?? '';
  const counted = { nc: '00000001', cnonce: 'x' };
  const algorithm = 'SHA-256' as const;
  const realm = 'ringbro';
  const response = digestResponse({
    algorithm,
    user,
    realm,
    password,
    method,
    uri,
    nonce,
    counted,
  });
  return (
    `Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${response}", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="x"`
  );
};

describe('an INVITE', () => {
  test('by a trunk carries its name, and its identity headers are believed as far as it is', async () => {
    const asserted = ['P-Asserted-Identity: <tel:+46709999999>'];
    const trusted = await createStage(
      trunkOf('telia', { addresses: [provider], identity: ['P-Asserted-Identity'] }),
    );
    trusted.peer.request('INVITE', { body: sdpText(), headers: asserted });
    await trusted.run(50);
    expect(trusted.legs[0]?.invitation).toMatchObject({
      trunk: 'telia',
      callerNumber: '+46709999999',
      vouched: true,
    });

    const other = await createStage(trunkOf('telia', { addresses: [provider] }));
    other.peer.request('INVITE', { body: sdpText(), headers: asserted });
    await other.run(50);
    expect(other.legs[0]?.invitation.callerNumber).toBe('+46701234567');
    expect(other.legs[0]?.invitation.vouched).toBeUndefined();
  });

  test('by no trunk has no trunk, and no assertion of it is believed', async () => {
    const stage = await createStage(
      trunkOf('telia', { addresses: ['192.0.2.1'], identity: ['P-Asserted-Identity'] }),
    );
    const asserted = ['P-Asserted-Identity: <tel:+46709999999>'];
    stage.peer.request('INVITE', { body: sdpText(), headers: asserted });
    await stage.run(50);
    expect(stage.legs[0]?.invitation.trunk).toBeUndefined();
    expect(stage.legs[0]?.invitation.callerNumber).toBe('+46701234567');
  });

  test('without credentials is challenged, and with the right ones becomes a call', async () => {
    const credentials = { user: 'telia', password: 'secret' };
    const stage = await createStage(trunkOf('telia', { credentials }));
    stage.peer.request('INVITE', { body: sdpText(), branch: 'z9hG4bKone' });
    await stage.run(50);
    const refused = stage.peer.take();
    expect(refused.map(lineOf)).toEqual(['100 INVITE', '401 INVITE']);
    stage.peer.request('ACK', { toTag: tagOf(refused), branch: 'z9hG4bKone' });
    expect(stage.legs).toHaveLength(0);

    const uri = `sip:1234@${ours}`;
    const authorization = authorizationFor(refused, { method: 'INVITE', uri, ...credentials });
    stage.peer.request('INVITE', { body: sdpText(), cseq: 2, headers: [authorization] });
    await stage.run(50);
    expect(stage.legs.map(({ invitation }) => invitation.trunk)).toEqual(['telia']);

    // Once more, as somebody who listened in would send it.
    stage.peer.request('INVITE', { body: sdpText(), cseq: 3, headers: [authorization] });
    await stage.run(50);
    const [again] = stage.peer.take().filter((message) => lineOf(message) === '401 INVITE');
    expect(again && header(again, 'WWW-Authenticate')).toContain('stale=true');
    expect(stage.legs).toHaveLength(1);
    await stage.engine.close();
  });

  test('is answered in the order of its trunk, whatever the order of the offer', async () => {
    const stage = await createStage(trunkOf('telia', { addresses: [provider] }));
    stage.peer.request('INVITE', { body: sdpText({ formats: '0 8 101' }) });
    await stage.run(50);
    void stage.legs[0]?.answer();
    await stage.run(50);
    const ok = stage.peer.take().find((message) => lineOf(message) === '200 INVITE');
    expect(ok?.body.toString()).toMatch(/m=audio \d+ RTP\/AVP 8 101/);
  });

  test('is answered with the codecs and the public address of its trunk', async () => {
    const stage = await createStage(
      trunkOf('telia', {
        addresses: [provider],
        codecs: ['PCMU'],
        publicAddress: '203.0.113.7',
      }),
    );
    stage.peer.request('INVITE', { body: sdpText({ formats: '8 0 101' }) });
    await stage.run(50);
    void stage.legs[0]?.answer();
    await stage.run(50);
    const ok = stage.peer.take().find((message) => lineOf(message) === '200 INVITE');
    expect(ok && header(ok, 'Contact')).toBe('<sip:203.0.113.7:5060>');
    const sdp = ok?.body.toString() ?? '';
    expect(sdp).toContain('c=IN IP4 203.0.113.7');
    expect(sdp).toMatch(/m=audio \d+ RTP\/AVP 0 101/);
  });
});

describe('a registration', () => {
  const challenge = 'WWW-Authenticate: Digest realm="prov", nonce="abc", qop="auth"';
  const registered = async (...fields: Partial<Trunk>[]) => {
    const trunk = trunkOf('tdc', Object.assign({ registration }, ...fields) as Partial<Trunk>);
    const stage = await createStage(trunk);
    await stage.run(50);
    stage.peer.respond(requestIn(stage.peer.take(), 'REGISTER'), 401, [challenge]);
    await stage.run(50);
    const answered = requestIn(stage.peer.take(), 'REGISTER');
    stage.peer.respond(answered, 200, ['Expires: 600']);
    await stage.run(50);
    return { ...stage, trunk, answered };
  };
  const isSigned = (request: SipRequest): boolean => {
    const params = digestParams(header(request, 'Authorization') ?? '');
    const own = digestResponse({
      algorithm: 'MD5',
      user: 'user-1',
      realm: 'prov',
      password: 'hemlig',
      method: 'REGISTER',
      uri: params.get('uri') ?? '',
      nonce: 'abc',
      counted: { nc: params.get('nc') ?? '', cnonce: params.get('cnonce') ?? '' },
    });
    return own === params.get('response');
  };

  test('is made with the account, signed, and shown', async () => {
    const stage = await registered();
    const { answered, engine } = stage;
    expect(answered.requestUri).toBe('sip:sip.provider.example');
    expect(header(answered, 'To')).toBe('<sip:4589100000@sip.provider.example>');
    expect(header(answered, 'Contact')).toBe(`<sip:4589100000@${ours}:5060>`);
    expect(header(answered, 'CSeq')).toBe('2 REGISTER');
    expect(isSigned(answered)).toBe(true);
    expect(engine.trunks?.()).toEqual([{ name: 'tdc', registered: true, peer: undefined }]);
  });

  test('carries the public address of its trunk from the first message on', async () => {
    const { answered } = await registered({ publicAddress: '203.0.113.7' });
    expect(header(answered, 'Contact')).toBe('<sip:4589100000@203.0.113.7:5060>');
    expect(header(answered, 'Via')).toContain('203.0.113.7:5060');
  });

  test('brings calls: to our Contact with the dialled number in To, from either server', async () => {
    const { peer, second, legs, run } = await registered();
    peer.request('INVITE', { uri: `sip:4589100000@${ours}:5060`, body: sdpText() });
    await run(50);
    second.request('INVITE', { uri: `sip:+4589100001@${ours}`, cseq: 2, body: sdpText() });
    await run(50);
    expect(legs.map(({ invitation }) => [invitation.trunk, invitation.dialled.user])).toEqual([
      ['tdc', '1234'],
      ['tdc', '+4589100001'],
    ]);
  });

  test('moves to the second server when the first is silent', async () => {
    const { peer, second, engine, run } = await registered();
    peer.take();
    await run(511_000);
    // Timer F: 32 s of silence.
    await run(33_000);
    expect(requestIn(peer.take(), 'REGISTER')).toBeDefined();
    second.respond(requestIn(second.take(), 'REGISTER'), 200, ['Expires: 600']);
    await run(50);
    expect(engine.trunks?.()).toEqual([{ name: 'tdc', registered: true, peer: undefined }]);
  });

  test('is taken back at the end, and nothing is left', async () => {
    const { network, peer, engine, run } = await registered();
    const closed = engine.close();
    await run(50);
    const last = requestIn(peer.take(), 'REGISTER');
    expect(header(last, 'Expires')).toBe('0');
    peer.respond(last, 200);
    await run(50);
    await closed;
    const sent = network.trace.length;
    await run(1_000_000);
    expect(network.trace).toHaveLength(sent);
  });

  test('is left alone where new settings do not touch it, and made anew where they do', async () => {
    const { peer, replace, run, trunk, engine } = await registered();
    peer.take();
    replace({ ...trunk, limits: { calls: 5, callsPerS: 1 } });
    await run(100);
    expect(peer.takeLines()).toEqual([]);

    replace({ ...trunk, registration: { ...registration, expiresS: 300 } });
    await run(100);
    const back = requestIn(peer.take(), 'REGISTER');
    expect(header(back, 'Expires')).toBe('0');
    peer.respond(back, 200);
    await run(100);
    const anew = requestIn(peer.take(), 'REGISTER');
    expect(header(anew, 'Expires')).toBe('300');

    replace();
    await run(3000);
    expect(engine.trunks?.()).toEqual([]);
  });
});

describe('keep-alives', () => {
  test('of two line ends go to the peer, from the socket that calls come to', async () => {
    const { network, run } = await createStage(
      trunkOf('telia', {
        addresses: [provider],
        peer: `sip:${provider}`,
        keepAlive: { kind: 'crlf', everyS: 20 },
      }),
    );
    const sent: string[] = [];
    network.onDatagram((_line, bytes) => {
      sent.push(bytes.toString());
      return true;
    });
    await run(59_000);
    expect(sent).toEqual(Array.from({ length: 3 }, () => '\r\n\r\n'));
  });

  test('by OPTIONS show whether the trunk answers', async () => {
    const { peer, engine, run } = await createStage(
      trunkOf('telia', {
        addresses: [provider],
        peer: `sip:${provider}`,
        keepAlive: { kind: 'options', everyS: 60 },
      }),
    );
    const state = () => engine.trunks?.()[0]?.peer;
    expect(state()).toBe('unknown');
    await run(100);
    peer.respond(requestIn(peer.take(), 'OPTIONS'), 405);
    await run(100);
    expect(state()).toBe('up');
    await run(100_000);
    expect(state()).toBe('up');
    await run(120_000);
    expect(state()).toBe('down');
  });
});
