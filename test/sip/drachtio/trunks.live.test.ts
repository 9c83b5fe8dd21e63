/** Trunks on real servers, seen from the provider's side of the wire. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asLegId } from '../../../src/call/identifiers.ts';
import type { MediaBridge } from '../../../src/call/ports/media.ts';
import type { CallLeg, DialOutcome, DialRequest } from '../../../src/call/ports/sip-engine.ts';
import type { DrachtioEngine } from '../../../src/sip/drachtio/drachtio-engine.ts';
import {
  contacts,
  cseq,
  fromOf,
  header,
  headers,
} from '../../../src/sip/message/message-headers.ts';
import { sdpBodyOf } from '../../../src/sip/message/sdp-body.ts';
import type { Trunk } from '../../../src/trunk/trunk.ts';
import { until } from '../../support/media-calls.ts';
import { bookOf, trunkOf } from '../../trunk/trunks.ts';
import {
  openLiveProvider,
  providerSdp,
  type LiveProvider,
  type ProviderAnswer,
} from './live-provider.ts';
import {
  areServersNamed,
  createLiveEngine,
  noLiveKit,
  openTestMedia,
  whyNot,
} from './live-servers.ts';

const firstAddress = '127.0.0.5';
const secondAddress = '127.0.0.6';
const challenge = 'Digest realm="carrier", nonce="n1", qop="auth", algorithm=SHA-256';

const contactOf = ({ address, port }: LiveProvider) => `Contact: <sip:peer@${address}:${port}>`;

describe.skipIf(!areServersNamed)(`trunks on drachtio and FreeSWITCH${whyNot}`, () => {
  let media: MediaBridge;
  const opened: { close(): Promise<void> }[] = [];
  beforeAll(async () => {
    media = await openTestMedia(noLiveKit);
  });
  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close();
  });
  afterAll(() => media.close());

  /** Two servers of the carrier; each answers with what it is told to. */
  const openCarrier = async (
    first: Parameters<typeof openLiveProvider>[1],
    second: Parameters<typeof openLiveProvider>[1] = () => [],
  ): Promise<readonly [LiveProvider, LiveProvider]> => {
    const pair = [
      await openLiveProvider(firstAddress, first),
      await openLiveProvider(secondAddress, second),
    ] as const;
    opened.push(...pair);
    return pair;
  };
  const openEngine = async (
    carrier: readonly [LiveProvider, LiveProvider],
    trunk: Partial<Trunk>,
    legs: CallLeg[] = [],
  ): Promise<DrachtioEngine> => {
    const book = bookOf(trunkOf('carrier', trunk));
    const [a, b] = carrier;
    const engine = createLiveEngine(media, {
      trunks: {
        source: { current: book, onChange: () => undefined },
        allow: [],
        names: {
          srv: async () => [
            { host: 'first', port: a.port, priority: 10, weight: 0 },
            { host: 'second', port: b.port, priority: 20, weight: 0 },
          ],
          addresses: async (host) => [host === 'first' ? firstAddress : secondAddress],
        },
      },
    });
    opened.push(engine);
    await engine.start((leg) => legs.push(leg));
    return engine;
  };
  const sipOf = ({ addresses }: DrachtioEngine) => {
    const udp = addresses.find((uri) => !uri.includes('transport')) ?? '';
    const [, host = '', port = ''] = /^sip:(.+):(\d+)$/.exec(udp) ?? [];
    return { host, port: Number(port) };
  };

  const dial = (
    engine: DrachtioEngine,
    options: Partial<DialRequest> = {},
  ): Promise<DialOutcome> => {
    const request: DialRequest = {
      legId: asLegId('dialled'),
      trunk: 'carrier',
      to: '+46701234567',
      callerNumber: '+46480445511',
      ringLimitMs: 20_000,
      ...options,
    };
    return engine.dial?.(request, new AbortController().signal) ?? Promise.reject(new Error('no'));
  };

  it('a registration goes past a server that is out of order, is proved, refreshed and taken back', async () => {
    const carrier = await openCarrier(
      () => [{ status: 503 }],
      (request) =>
        header(request, 'Authorization') === undefined
          ? [{ status: 401, headers: [`WWW-Authenticate: ${challenge}`] }]
          : [
              {
                status: 200,
                headers: [`Contact: ${header(request, 'Contact') ?? ''};expires=2`],
              },
            ],
    );
    const [first, second] = carrier;
    const engine = await openEngine(carrier, {
      registration: {
        registrar: 'sip:carrier.example',
        account: '4589100000',
        user: 'user-1',
        password: 'hemligt',
        contactUser: 'line-1',
        expiresS: 600,
      },
    });
    await until(() => engine.trunks?.()[0]?.registered === true);
    expect(first.requests('REGISTER').length).toBeGreaterThan(0);
    const [asked, proved] = second.requests('REGISTER');
    expect(asked?.requestUri).toBe('sip:carrier.example');
    expect(proved && contacts(proved)[0]?.uri).toMatchObject({
      user: 'line-1',
      port: sipOf(engine).port,
    });
    expect(proved && contacts(proved)[0]?.uri.host).not.toBe('localhost');
    // Granted for 2 s, so refreshed after one: challenged and proved as the first time.
    await until(() => second.requests('REGISTER').length >= 4);
    const all = second.requests('REGISTER').slice(0, 4);
    expect(all.map((each) => cseq(each)?.seq)).toEqual([2, 3, 4, 5]);
    expect(new Set(all.map((each) => header(each, 'Call-ID'))).size).toBe(1);
    await engine.close();
    expect(header(second.requests('REGISTER').at(-1)!, 'Expires')).toBe('0');
  });

  it('a call to the carrier is proved, says who calls, and has its codec; its 183 gets its PRACK', async () => {
    let contact = '';
    const answers = (request: Parameters<Parameters<typeof openLiveProvider>[1]>[0]) => {
      if (request.method !== 'INVITE') return [{ status: 200 }];
      if (header(request, 'Proxy-Authorization') === undefined)
        return [{ status: 407, headers: [`Proxy-Authenticate: ${challenge}`] }];
      const reliable: ProviderAnswer = {
        status: 183,
        headers: [contact, 'Require: 100rel', 'RSeq: 7'],
      };
      const body = providerSdp(firstAddress, '0 101');
      return [reliable, { status: 200, headers: [contact], body }];
    };
    const carrier = await openCarrier(answers);
    const [first] = carrier;
    contact = contactOf(first);
    const engine = await openEngine(carrier, {
      codecs: ['PCMU'],
      publicAddress: '192.0.2.9',
      peer: `sip:${firstAddress}:${first.port}`,
      registration: {
        registrar: 'sip:carrier.example',
        account: '4589100000',
        user: 'user-1',
        password: 'hemligt',
        contactUser: 'line-1',
        expiresS: 600,
      },
    });
    const outcome = await dial(engine);
    expect(outcome).toMatchObject({ outcome: 'answered', media: { codec: 'PCMU' } });
    const invites = first.requests('INVITE');
    const invite = invites.at(-1)!;
    expect(invite.requestUri).toBe('sip:+46701234567@carrier.example;user=phone');
    expect(fromOf(invite)?.uri.user).toBe('+46480445511');
    expect(header(invite, 'P-Asserted-Identity')).toContain('+46480445511@carrier.example');
    expect(contacts(invite)[0]?.uri).toMatchObject({ user: 'line-1', port: sipOf(engine).port });
    expect(new Set(invites.map((each) => header(each, 'Call-ID'))).size).toBe(1);
    expect(sdpBodyOf(invite)).toMatch(/^m=audio \d+ RTP\/AVP 0 101\r$/m);
    expect(sdpBodyOf(invite)).toContain('c=IN IP4 192.0.2.9');
    await until(() => first.requests('PRACK').length > 0);
    expect(header(first.requests('PRACK')[0]!, 'RAck')).toMatch(/^7 \d+ INVITE$/);
    await until(() => first.requests('ACK').length > 1);
    if (outcome.outcome === 'answered') outcome.leg.hangUp();
    await until(() => first.requests('BYE').length > 0);
    await until(() => Object.values(engine.gauges()).every((figure) => figure === 0), 10_000);
  });

  it('a call goes on to the next server where one is out of order, and not where somebody is busy', async () => {
    let contact = '';
    const carrier = await openCarrier(
      () => [{ status: 503 }],
      (request) =>
        request.requestUri.includes('+46701111111')
          ? [{ status: 486 }]
          : [{ status: 200, headers: [contact], body: providerSdp(secondAddress, '8 101') }],
    );
    const [first, second] = carrier;
    contact = contactOf(second);
    const engine = await openEngine(carrier, {
      peer: 'sip:carrier.example',
      addresses: ['127.0.0.9'],
    });
    const outcome = await dial(engine, { callerNumber: undefined });
    expect(outcome).toMatchObject({ outcome: 'answered', media: { codec: 'PCMA' } });
    expect(first.requests('INVITE')).toHaveLength(1);
    const invite = second.requests('INVITE')[0]!;
    expect(fromOf(invite)?.uri.host).toBe('anonymous.invalid');
    expect(header(invite, 'Privacy')).toBe('id');
    if (outcome.outcome === 'answered') outcome.leg.hangUp();

    expect(await dial(engine, { to: '+46701111111' })).toEqual({
      outcome: 'failed',
      how: 'busy',
      sipStatus: 486,
    });
  });

  const inviteLines = (provider: LiveProvider): readonly string[] => [
    'INVITE sip:+46480445511@ringbro.example SIP/2.0',
    `Via: SIP/2.0/UDP ${provider.address}:${provider.port};branch=z9hG4bK${Date.now()};rport`,
    `From: <sip:+46701234567@${provider.address}>;tag=peer`,
    'To: <sip:+46480445511@ringbro.example>',
    `Call-ID: ${Date.now()}-${provider.port}`,
    'CSeq: 1 INVITE',
    contactOf(provider),
    'Max-Forwards: 70',
    'P-Asserted-Identity: <sip:+46709999999@carrier.example>',
    'Content-Type: application/sdp',
  ];
  const responses = ({ received }: LiveProvider, status: number) =>
    received.filter((message) => message.kind === 'response' && message.status === status);

  it('a caller without credentials is challenged once for each algorithm', async () => {
    const carrier = await openCarrier(() => []);
    const [first] = carrier;
    const credentials = { user: 'telia', password: 'hemligt' };
    const engine = await openEngine(carrier, { credentials });
    const to = sipOf(engine);
    first.send(inviteLines(first), providerSdp(firstAddress, '8 101'), to);
    await until(() => responses(first, 401).length > 0);
    const challenges = headers(responses(first, 401)[0]!, 'WWW-Authenticate');
    expect(challenges.map((value) => /algorithm=([\w-]+)/.exec(value)?.[1])).toEqual([
      'SHA-256',
      'MD5',
    ]);
  });

  it('a call by a trunk has the number that its trunk asserts, and the codec that comes first there', async () => {
    const carrier = await openCarrier(() => [{ status: 200 }]);
    const [first] = carrier;
    const legs: CallLeg[] = [];
    const engine = await openEngine(
      carrier,
      { addresses: [firstAddress], codecs: ['PCMU', 'PCMA'], identity: ['P-Asserted-Identity'] },
      legs,
    );
    const to = sipOf(engine);
    first.send(inviteLines(first), providerSdp(firstAddress, '8 0 101'), to);
    await until(() => legs.length > 0);
    expect(legs[0]?.invitation).toMatchObject({ trunk: 'carrier', callerNumber: '+46709999999' });
    expect(await legs[0]?.answer()).toMatchObject({ media: { codec: 'PCMU' } });
    await until(() => responses(first, 200).length > 0);
    const answer = responses(first, 200)[0]!;
    expect(sdpBodyOf(answer)).toMatch(/^m=audio \d+ RTP\/AVP 0 101\r$/m);
    // Without it the call would wait for its end.
    const dialog = ['Via', 'From', 'To', 'Call-ID'].map(
      (name) => `${name}: ${header(answer, name) ?? ''}`,
    );
    const ack = ['ACK sip:ringbro.example SIP/2.0', ...dialog, 'CSeq: 1 ACK', 'Max-Forwards: 70'];
    first.send(ack, '', to);
  });
});
