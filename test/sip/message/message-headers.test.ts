import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contacts,
  contentType,
  cseq,
  fromOf,
  header,
  headers,
  maxForwards,
  numberOf,
  parseParameterized,
  recordRoutes,
  requireTags,
  routes,
  supportedTags,
  toOf,
  topVia,
  vias,
} from '../../../src/sip/message/message-headers.ts';
import { callerIdentity } from '../../../src/sip/message/caller-identity.ts';
import { formatNameAddr, parseNameAddr } from '../../../src/sip/message/name-addr.ts';
import { formatVia, parseVia, transactionBranch } from '../../../src/sip/message/via.ts';
import type { SipMessage } from '../../../src/sip/message/sip-message.ts';

const having = (...fields: readonly (readonly [string, string])[]): SipMessage => ({
  kind: 'request',
  method: 'INVITE',
  requestUri: 'sip:a@b',
  headers: fields.map(([name, value]) => ({ name, value })),
  body: Buffer.alloc(0),
});

describe('header values', () => {
  it('are found by any case and form of their name', () => {
    const message = having(['Call-ID', 'x']);
    expect([header(message, 'call-id'), header(message, 'i'), header(message, 'j')]).toEqual([
      'x',
      'x',
      undefined,
    ]);
  });

  it('are split at commas outside quotes and brackets, over several fields', () => {
    const message = having(
      ['Contact', '"a, b" <sip:a,b@c>;q=1, "\\",\\"" <sip:d@e>'],
      ['Contact', ' , <sip:f@g>'],
    );
    expect(headers(message, 'm')).toEqual([
      '"a, b" <sip:a,b@c>;q=1',
      '"\\",\\"" <sip:d@e>',
      '<sip:f@g>',
    ]);
    expect(contacts(message).map(({ uri }) => uri.user)).toEqual(['a,b', 'd', 'f']);
  });

  it('with commas of their own stay whole', () => {
    const date = 'Sat, 13 Nov 2010 23:29:00 GMT';
    const message = having(['Date', date], ['Authorization', 'Digest username="a", realm="b"']);
    expect(headers(message, 'Date')).toEqual([date]);
    expect(headers(message, 'authorization')).toHaveLength(1);
  });

  it('are undefined where they are absent or malformed', () => {
    for (const message of [
      having(),
      having(
        ['From', '"x'],
        ['To', 'nothing'],
        ['CSeq', '1'],
        ['Via', 'x'],
        ['Max-Forwards', '256'],
        ['Content-Type', 'text'],
        ['Expires', '4294967296'],
      ),
    ]) {
      const read = [fromOf, toOf, cseq, topVia, maxForwards, contentType].map((of) => of(message));
      expect(read).toEqual(read.map(() => undefined));
      expect(numberOf(message, 'Expires')).toBeUndefined();
    }
  });

  it('of option tags are in lower case', () => {
    const message = having(['Supported', '100REL, timer'], ['k', 'path'], ['Require', '']);
    expect(supportedTags(message)).toEqual(new Set(['100rel', 'timer', 'path']));
    expect(requireTags(message).size).toBe(0);
  });

  it('of Content-Type and other parameterised headers come apart', () => {
    expect(contentType(having(['c', 'Multipart/Mixed ; boundary="a b"']))).toEqual({
      mediaType: 'multipart/mixed',
      params: new Map([['boundary', 'a b']]),
    });
    expect(parseParameterized('1800;refresher=uas')).toEqual({
      value: '1800',
      params: new Map([['refresher', 'uas']]),
    });
    expect(numberOf(having(['x', '1800;refresher=uac']), 'Session-Expires')).toBe(1800);
  });

  it('throw nothing, whatever stands in them', () => {
    const names = ['Via', 'From', 'To', 'Contact', 'Route', 'Record-Route', 'CSeq', 'Privacy'];
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[ "<>;,=a:@\\?sip/2.0%[\]]{0,40}$/));
    fc.assert(
      fc.property(text, (value) => {
        const message = having(...names.map((name) => [name, value] as const));
        for (const read of [vias, contacts, routes, recordRoutes, headers]) read(message, 'To');
        for (const read of [fromOf, toOf, cseq, topVia, callerIdentity]) read(message);
        const address = parseNameAddr(value);
        if (address) expect(parseNameAddr(formatNameAddr(address))).toEqual(address);
        const via = parseVia(value);
        if (via) expect(parseVia(formatVia(via))).toEqual(via);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an address', () => {
  it('without brackets leaves its parameters to the header', () => {
    expect(parseNameAddr('sip:a@b;tag=1')).toMatchObject({
      uri: { params: new Map() },
      params: new Map([['tag', '1']]),
    });
    expect(parseNameAddr('<sip:a@b;lr>;tag=1')).toMatchObject({
      uri: { params: new Map([['lr', '']]) },
      params: new Map([['tag', '1']]),
    });
  });

  it('may have a name outside ASCII without quotes', () => {
    expect(parseNameAddr('Åsa Öberg <sip:a@b>')?.displayName).toBe('Åsa Öberg');
  });

  it.each([
    'sip:a@b?x=y',
    '"a" sip:a@b',
    'a, b <sip:a@b>',
    '< sip:a@b>',
    '<sip:a@b',
    '<sip:a@b> x',
    '<sip:a@b>;tag=',
    '<sip:a@b>;tag="x',
    '',
  ])('is not %j', (text) => {
    expect(parseNameAddr(text)).toBeUndefined();
  });
});

describe('a Via', () => {
  it('may have white space wherever the grammar has it', () => {
    expect(parseVia('SIP / 2.0 / udp  [2001:db8::9] : 5062 ; branch = z9hG4bK1 ;rport')).toEqual({
      transport: 'UDP',
      host: '2001:db8::9',
      port: 5062,
      params: new Map([
        ['branch', 'z9hG4bK1'],
        ['rport', ''],
      ]),
    });
  });

  it.each([
    ['z9hG4bK1', 'z9hG4bK1'],
    ['Z9HG4BK1', 'Z9HG4BK1'],
    ['z9hG4bK', undefined],
    ['390skdjuw', undefined],
  ])('with branch %s identifies a transaction by %s', (branch, expected) => {
    const via = parseVia(`SIP/2.0/UDP a;branch=${branch}`);
    expect(via && transactionBranch(via)).toBe(expected);
  });
});
