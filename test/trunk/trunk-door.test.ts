import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededFraction } from '../support/sip-network.ts';
import { digestParams, digestResponse } from '../../src/trunk/digest.ts';
import { createTrunkDoor, type DoorVerdict, type TrunkDoor } from '../../src/trunk/trunk-door.ts';
import type { DigestAlgorithm, TrunkBook } from '../../src/trunk/trunk.ts';
import { bookOf, trunkOf } from './trunks.ts';

const doorOf = (
  book: TrunkBook,
  options: {
    allow?: readonly string[];
    registeredAt?: (address: string) => readonly string[];
    maxRememberedNonces?: number;
  } = {},
): TrunkDoor => {
  const fraction = seededFraction(7);
  return createTrunkDoor({
    book: () => book,
    random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(fraction() * 256)),
    registeredAt: () => [],
    allow: [],
    ...options,
  });
};
const from = (source: string, authorization: readonly string[] = [], requestUser = '') => ({
  method: 'INVITE',
  source,
  requestUser,
  authorization,
});
const nameOf = (verdict: DoorVerdict): string =>
  verdict.kind === 'trunk' ? verdict.trunk.name : verdict.kind;

describe('by address', () => {
  const book = bookOf(
    trunkOf('wide', { addresses: ['192.0.0.0/16', '2001:db8::/32'] }),
    trunkOf('narrow', { addresses: ['192.0.2.0/28'] }),
    trunkOf('single', { addresses: ['192.0.2.5', '2001:db8:0:1::/64'] }),
  );

  test.each([
    ['192.0.2.5', 'single'],
    ['192.0.2.6', 'narrow'],
    ['192.0.2.99', 'wide'],
    ['::ffff:192.0.2.6', 'narrow'],
    ['2001:db8:0:1::9', 'single'],
    ['2001:db8:0:2::9', 'wide'],
    ['198.51.100.1', 'no-trunk'],
  ])('the narrowest network that holds %s decides: %s', (source, name) => {
    expect(nameOf(doorOf(book).receive(0, from(source)))).toBe(name);
  });
});

test('a registrar is recognised by its address, its accounts by our Contact', () => {
  const registration = (contactUser: string) => ({
    registrar: 'sip:sip.example.net',
    account: contactUser,
    user: contactUser,
    password: 'x',
    contactUser,
    expiresS: 600,
  });
  const book = bookOf(
    trunkOf('first', { registration: registration('1000') }),
    trunkOf('second', { registration: registration('2000') }),
  );
  const door = doorOf(book, {
    registeredAt: (address) => (address === '192.0.2.1' ? ['first', 'second'] : []),
  });
  expect(nameOf(door.receive(0, from('192.0.2.1', [], '2000')))).toBe('second');
  expect(nameOf(door.receive(0, from('192.0.2.1', [], '+46480445511')))).toBe('first');
  expect(nameOf(door.receive(0, from('192.0.2.2', [], '2000')))).toBe('no-trunk');
});

describe('by digest', () => {
  const book = bookOf(
    trunkOf('telia', { credentials: { user: 'telia', password: 'secret' } }),
    trunkOf('tdc', { credentials: { user: 'tdc', password: 'hemlig' } }),
    trunkOf('both', {
      addresses: ['192.0.2.1'],
      credentials: { user: 'both', password: 'dobbelt' },
    }),
  );
  const far = '198.51.100.1';

  const challengesOf = (verdict: DoorVerdict) => {
    if (verdict.kind !== 'challenge') throw new Error(`not a challenge: ${verdict.kind}`);
    return verdict.headers.map(({ value }) => digestParams(value.slice(7)));
  };
  const answer = (
    verdict: DoorVerdict,
    user: string,
    password: string,
    { count = 1, algorithm = 'SHA-256' }: { count?: number; algorithm?: DigestAlgorithm } = {},
  ): readonly string[] => {
    const uri = 'sip:+46480445511@gw';
    const nonce = challengesOf(verdict)[0]?.get('nonce') ?? '';
    const nc = count.toString(16).padStart(8, '0');
    const counted = { nc, cnonce: 'c' };
    const method = 'INVITE';
    const input = { algorithm, user, realm: 'ringbro', password, method, uri, nonce, counted };
    const response = digestResponse(input);
    return [
      `Digest username="${user}", realm="ringbro", nonce="${nonce}", uri="${uri}", ` +
        `response="${response}", algorithm=${algorithm}, qop=auth, nc=${nc}, cnonce="c"`,
    ];
  };

  test('an unknown source is challenged, the strongest algorithm first', () => {
    const verdict = doorOf(book).receive(0, from(far));
    expect(verdict).toMatchObject({ kind: 'challenge', status: 401 });
    expect(challengesOf(verdict).map((params) => params.get('algorithm'))).toEqual([
      'SHA-256',
      'MD5',
    ]);
  });

  test.each(['SHA-256', 'MD5'] as const)('the right password by %s is that trunk', (algorithm) => {
    const door = doorOf(book);
    const sent = answer(door.receive(0, from(far)), 'tdc', 'hemlig', { algorithm });
    expect(nameOf(door.receive(1, from(far, sent)))).toBe('tdc');
  });

  test('a second use of the same count is stale, the next count is good', () => {
    const door = doorOf(book);
    const challenge = door.receive(0, from(far));
    const sent = answer(challenge, 'telia', 'secret');
    expect(nameOf(door.receive(1, from(far, sent)))).toBe('telia');
    const replayed = door.receive(2, from(far, sent));
    expect(challengesOf(replayed)[0]?.get('stale')).toBe('true');
    const next = answer(challenge, 'telia', 'secret', { count: 2 });
    expect(nameOf(door.receive(3, from(far, next)))).toBe('telia');
  });

  test('a nonce too old is stale where the password is right, and says nothing where it is wrong', () => {
    const door = doorOf(book);
    const challenge = door.receive(0, from(far));
    const right = door.receive(60_001, from(far, answer(challenge, 'telia', 'secret')));
    expect(challengesOf(right)[0]?.get('stale')).toBe('true');
    const wrong = door.receive(60_001, from(far, answer(challenge, 'telia', 'wrong')));
    expect(challengesOf(wrong)[0]?.get('stale')).toBeUndefined();
  });

  test('wrong password, unknown user, another address: the answers look alike', () => {
    const door = doorOf(book);
    const challenge = door.receive(0, from(far));
    const answers = [
      door.receive(1, from(far, answer(challenge, 'telia', 'wrong'))),
      door.receive(1, from(far, answer(challenge, 'nobody', 'secret'))),
      door.receive(1, from('198.51.100.2', answer(challenge, 'telia', 'secret'))),
      door.receive(1, from(far, ['Digest username="telia", realm="other"'])),
      door.receive(1, from(far, ['Basic dGVsaWE6c2VjcmV0'])),
    ];
    const shapes = answers.map((verdict) =>
      JSON.stringify(verdict).replaceAll(/[0-9a-f]{60}/g, 'NONCE'),
    );
    expect(new Set(shapes).size).toBe(1);
  });

  test('after ten wrong answers the address is shut, for ten minutes, and others are not', () => {
    const door = doorOf(book);
    for (let tries = 0; tries < 10; tries++) {
      const wrong = answer(door.receive(tries, from(far)), 'telia', 'wrong');
      expect(door.receive(tries, from(far, wrong)).kind).toBe('challenge');
    }
    expect(door.receive(10, from(far)).kind).toBe('unauthorised');
    expect(door.receive(10, from('198.51.100.2')).kind).toBe('challenge');
    expect(door.receive(600_000, from(far)).kind).toBe('challenge');
  });

  test('no header of any kind passes or throws', () => {
    const door = doorOf(book);
    const pieces = ['Digest ', 'username="telia"', 'realm="ringbro"', 'nonce="', 'qop=auth', ', '];
    const text = fc
      .array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 12 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (header) => {
        expect(door.receive(0, from(far, [header])).kind).toBe('challenge');
      }),
    );
  });

  test('a trunk with addresses and credentials needs both', () => {
    const door = doorOf(book);
    const challenge = door.receive(0, from('192.0.2.1'));
    expect(nameOf(door.receive(0, from('192.0.2.1', answer(challenge, 'both', 'dobbelt'))))).toBe(
      'both',
    );
    const other = answer(door.receive(0, from('192.0.2.1')), 'telia', 'secret');
    expect(door.receive(0, from('192.0.2.1', other)).kind).toBe('challenge');
    const elsewhere = answer(door.receive(0, from(far)), 'both', 'dobbelt');
    expect(door.receive(0, from(far, elsewhere)).kind).toBe('challenge');
  });

  test('a source that may call without a trunk is not challenged', () => {
    const door = doorOf(book, { allow: ['198.51.100.0/24'] });
    expect(door.receive(0, from(far)).kind).toBe('no-trunk');
  });

  test('what is remembered stays within its bound, and a nonce that was forgotten is stale', () => {
    const door = doorOf(book, { maxRememberedNonces: 2 });
    const used = [0, 1, 2].map((at) => {
      const sent = answer(door.receive(at, from(far)), 'telia', 'secret');
      expect(nameOf(door.receive(at, from(far, sent)))).toBe('telia');
      return sent;
    });
    const replayed = door.receive(3, from(far, used[0]));
    expect(challengesOf(replayed)[0]?.get('stale')).toBe('true');
  });
});
