import { describe, expect, it } from 'vitest';
import { validateRequest } from '../../../src/sip/message/validate-request.ts';
import type { SipRequest } from '../../../src/sip/message/sip-message.ts';

const request = (
  method: string,
  fields: readonly (readonly [string, string])[] = [],
  body = '',
): SipRequest => ({
  kind: 'request',
  method,
  requestUri: 'sip:a@b',
  headers: fields.map(([name, value]) => ({ name, value })),
  body: Buffer.from(body),
});
const sdp = ['Content-Type', 'application/sdp'] as const;

describe('a request is let through', () => {
  it.each([
    ['an INVITE with an offer', request('INVITE', [sdp], 'v=0')],
    ['an INVITE without a body', request('INVITE')],
    ['a multipart INVITE', request('INVITE', [['c', 'multipart/mixed;boundary=x']], 'x')],
    ['one that requires what we have', request('INVITE', [['Require', '100rel, Timer']])],
    ['one that accepts anything', request('INVITE', [['Accept', 'text/plain, application/*;q=0']])],
    ['INFO with a key', request('INFO', [['c', 'application/dtmf-relay']], 'Signal=1')],
    [
      'an optional body of any type',
      request(
        'INVITE',
        [
          ['c', 'a/b'],
          ['Content-Disposition', 'x; handling=optional'],
        ],
        'x',
      ),
    ],
    ['BYE with statistics in its body', request('BYE', [['c', 'application/vq-rtcpxr']], 'x')],
    ['a CANCEL whose Require is to be ignored', request('CANCEL', [['Require', 'x']])],
    [
      'an ACK, whatever it is',
      request(
        'ACK',
        [
          ['Require', 'x'],
          ['c', 'a/b'],
        ],
        'x',
      ),
    ],
    ['Max-Forwards 0', request('OPTIONS', [['Max-Forwards', '0']])],
  ])('when it is %s', (_, given) => {
    expect(validateRequest(given)).toBeUndefined();
  });
});

describe('a request is refused', () => {
  it.each([
    ['405 for a method we do not serve', request('REGISTER'), 405, 'Allow', /^INVITE, ACK, /],
    ['501 for a method nobody knows', request('invite'), 501, 'Allow', /BYE/],
    [
      '420 for extensions we lack',
      request('INVITE', [['Require', 'timer, replaces, x']]),
      420,
      'Unsupported',
      /^replaces, x$/,
    ],
    [
      '415 for a body we cannot read',
      request('INVITE', [['c', 'a/b']], 'x'),
      415,
      'Accept',
      /^application\/sdp, /,
    ],
    ['415 for a body of no type', request('INVITE', [], 'x'), 415, 'Accept', /sdp/],
    [
      '415 for a compressed body',
      request('INVITE', [sdp, ['e', 'gzip']], 'x'),
      415,
      'Accept-Encoding',
      /identity/,
    ],
    [
      '415 for INFO of an unknown package',
      request('INFO', [['c', 'a/b']], 'x'),
      415,
      'Accept',
      /dtmf-relay/,
    ],
  ] as const)('with %s', (_, given, status, name, value) => {
    const refusal = validateRequest(given);
    expect(refusal?.status).toBe(status);
    expect(refusal?.headers).toEqual([{ name, value: expect.stringMatching(value) as string }]);
  });

  it('with 416 for a Request-URI that is no SIP URI', () => {
    expect(validateRequest({ ...request('INVITE'), requestUri: 'tel:1' })?.status).toBe(416);
  });

  it('with 406 where its sender takes no session description', () => {
    expect(validateRequest(request('INVITE', [['Accept', 'text/plain']]))?.status).toBe(406);
    expect(validateRequest(request('INVITE', [['Accept', '']]))?.status).toBe(406);
  });

  it('by the first check of RFC 3261 §8.2 that fails', () => {
    const all = request(
      'NOVEL',
      [
        ['Require', 'x'],
        ['c', 'a/b'],
      ],
      'x',
    );
    expect(validateRequest({ ...all, requestUri: 'tel:1' })?.status).toBe(501);
    expect(validateRequest({ ...all, method: 'INVITE', requestUri: 'tel:1' })?.status).toBe(416);
    expect(validateRequest({ ...all, method: 'INVITE' })?.status).toBe(420);
  });
});
