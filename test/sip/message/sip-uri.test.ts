import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUri, parseUri, uriEquals } from '../../../src/sip/message/sip-uri.ts';
import type { SipUri } from '../../../src/sip/message/sip-message.ts';

const uri = (text: string): SipUri => {
  const parsed = parseUri(text);
  if (!parsed) throw new Error(`no URI: ${text}`);
  return parsed;
};

describe('a SIP URI', () => {
  it('is read with every part of it', () => {
    expect(parseUri('SIPS:al%69ce:pass@Example.ORG:5061;Transport=TCP;lr?Subject=a%20b')).toEqual({
      scheme: 'sips',
      user: 'alice',
      password: 'pass',
      host: 'example.org',
      port: 5061,
      params: new Map([
        ['transport', 'TCP'],
        ['lr', ''],
      ]),
      headers: new Map([['subject', 'a b']]),
      opaque: undefined,
    });
  });

  it('may have an IPv6 host, which is kept without brackets', () => {
    expect(uri('sip:[2001:DB8::1]:5060')).toMatchObject({ host: '2001:db8::1', port: 5060 });
    expect(formatUri(uri('sip:[2001:db8::1]:5060'))).toBe('sip:[2001:db8::1]:5060');
  });

  it('may carry a star code, though the RFC has no # there', () => {
    expect(uri('sip:*31#0701234567@example.org').user).toBe('*31#0701234567');
  });

  it('of another scheme keeps what follows the colon', () => {
    expect(uri('tel:+46480445511;phone-context=x')).toMatchObject({
      scheme: 'tel',
      opaque: '+46480445511;phone-context=x',
      user: undefined,
    });
  });

  it.each([
    'sip:',
    'sip:@example.org',
    'sip:a@b@c',
    'sip:a b@c',
    'sip:a@b:0',
    'sip:a@b:65536',
    'sip:a@b;;lr',
    'sip:a@b;x=1;X=2',
    'sip:a%4@b',
    'sip:a@[::g]',
    'sip:a@-b',
    '<sip:a@b>',
    'nothing',
    '1sip:a@b',
    '',
  ])('is not %j', (text) => {
    expect(parseUri(text)).toBeUndefined();
  });

  it('is read back from what was written of it, and nothing throws on any text', () => {
    const text = fc.oneof(
      fc.string().map((rest) => `sip:${rest}`),
      fc.stringMatching(/^sips?:[a-z%0-9;?&=:@[\].#]{1,30}$/),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (given) => {
        const parsed = parseUri(given);
        if (parsed) expect(parseUri(formatUri(parsed))).toEqual(parsed);
      }),
      { numRuns: 2000 },
    );
  });
});

// The examples of RFC 3261 §19.1.4.
describe('two URIs', () => {
  it.each([
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtlanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
  ])('%s and %s are equal', (a, b) => {
    expect(uriEquals(uri(a), uri(b))).toBe(true);
    expect(uriEquals(uri(b), uri(a))).toBe(true);
  });

  it.each([
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:carol@chicago.com;security=off', 'sip:carol@chicago.com;security=on'],
    ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
    ['tel:1', 'tel:2'],
  ])('%s and %s are not', (a, b) => {
    expect(uriEquals(uri(a), uri(b))).toBe(false);
    expect(uriEquals(uri(b), uri(a))).toBe(false);
  });
});
