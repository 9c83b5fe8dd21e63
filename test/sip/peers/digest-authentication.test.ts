import { expect, test } from 'vitest';
import { answerChallenge } from '../../../src/sip/peers/digest-authentication.ts';
import type { SipHeader, SipRequest } from '../../../src/sip/message/sip-message.ts';

const request: SipRequest = {
  kind: 'request',
  method: 'GET',
  requestUri: '/dir/index.html',
  headers: [],
  body: Buffer.alloc(0),
};
const credentials = { user: 'Mufasa', password: 'Circle of Life' };
const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
const digest = (algorithm: string): string =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
  'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
  'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const answer = (status: number, ...headers: SipHeader[]): SipHeader | undefined =>
  answerChallenge(
    request,
    { kind: 'response', status, reason: '', headers, body: Buffer.alloc(0) },
    credentials,
    cnonce,
  );

// RFC 7616 §3.9.1
test('the example of RFC 7616 is answered as there, by MD5 and by SHA-256', () => {
  const md5 = answer(401, { name: 'WWW-Authenticate', value: digest('MD5') });
  expect(md5?.name).toBe('Authorization');
  expect(md5?.value).toContain('response="8ca523f5e9506fed4657c9700eebdbec"');
  const sha = answer(407, { name: 'Proxy-Authenticate', value: digest('SHA-256') });
  expect(sha?.name).toBe('Proxy-Authorization');
  expect(sha?.value).toContain(
    'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
  );
});

test('what it has no algorithm or no qop for is left unanswered', () => {
  const challenge = (value: string): SipHeader => ({ name: 'WWW-Authenticate', value });
  expect(answer(401, challenge(digest('SHA-512-256')))).toBeUndefined();
  expect(answer(401, challenge('Basic realm="x"'))).toBeUndefined();
  expect(answer(401, challenge('Digest realm="x", nonce="y", qop="auth-int"'))).toBeUndefined();
  expect(answer(401)).toBeUndefined();
});
