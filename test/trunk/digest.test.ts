import { expect, test } from 'vitest';
import { digestParams, digestResponse } from '../../src/trunk/digest.ts';

// RFC 7616 §3.9.1
const example = {
  user: 'Mufasa',
  realm: 'http-auth@example.org',
  password: 'Circle of Life',
  method: 'GET',
  uri: '/dir/index.html',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  counted: { nc: '00000001', cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
};

test('the responses of RFC 7616 come out, by MD5 and by SHA-256', () => {
  expect(digestResponse({ ...example, algorithm: 'MD5' })).toBe('8ca523f5e9506fed4657c9700eebdbec');
  expect(digestResponse({ ...example, algorithm: 'SHA-256' })).toBe(
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  );
});

// RFC 2617 §3.5
test('the response of RFC 2617 comes out', () => {
  expect(
    digestResponse({
      ...example,
      algorithm: 'MD5',
      realm: 'testrealm@host.com',
      password: 'Circle Of Life',
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      counted: { nc: '00000001', cnonce: '0a4f113b' },
    }),
  ).toBe('6629fae49393a05397450978507c4ef1');
});

test('parameters are found quoted or bare, with commas and quotes inside', () => {
  expect(
    Object.fromEntries(digestParams('Realm="a, \\"b\\"", nc=00000001,qop=auth , opaque=""')),
  ).toEqual({ realm: 'a, "b"', nc: '00000001', qop: 'auth', opaque: '' });
});

test('a long text without parameters is read in no time', () => {
  const started = performance.now();
  expect(digestParams('a'.repeat(200_000)).size).toBe(0);
  expect(performance.now() - started).toBeLessThan(500);
});
