import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTrunkFile, type SecretLookup } from '../../src/trunk/trunk-file.ts';

const lookup: SecretLookup = (reference) =>
  'env' in reference
    ? { TELIA: 'a secret', EMPTY: '' }[reference.env]
    : { '/run/secrets/tdc': 'another secret' }[reference.file];

const read = (file: unknown) => readTrunkFile(JSON.stringify(file), lookup);
const problemsOf = (file: unknown): readonly string[] => {
  const result = read(file);
  return result.ok ? [] : result.problems;
};

describe('a good file', () => {
  test('is read with its secrets and defaults', () => {
    const result = read({
      trunks: [
        {
          name: 'telia',
          addresses: ['192.0.2.0/28', '2001:db8::/64'],
          credentials: { user: 'telia', password: { env: 'TELIA' } },
          numbers: { '+46480445511': 'sv' },
          identity: ['P-Asserted-Identity'],
          limits: { calls: 30, callsPerSecond: 5 },
          publicAddress: '203.0.113.5',
        },
        {
          name: 'tdc',
          register: {
            registrar: 'sip:sip.example.net;transport=tcp',
            account: '4589100000',
            password: { file: '/run/secrets/tdc' },
          },
          codecs: ['PCMU'],
          keepAlive: { kind: 'options', everySeconds: 30 },
        },
      ],
    });
    expect(result).toEqual({
      ok: true,
      book: {
        digest: {
          realm: 'ringbro',
          algorithms: ['SHA-256', 'MD5'],
          nonceLifeMs: 300_000,
          status: 401,
        },
        trunks: [
          {
            name: 'telia',
            addresses: ['192.0.2.0/28', '2001:db8::/64'],
            credentials: { user: 'telia', password: 'a secret' },
            registration: undefined,
            numbers: [{ number: '+46480445511', language: 'sv' }],
            identity: ['P-Asserted-Identity'],
            codecs: ['PCMA', 'PCMU'],
            limits: { calls: 30, callsPerS: 5 },
            publicAddress: '203.0.113.5',
            peer: undefined,
            keepAlive: undefined,
          },
          {
            name: 'tdc',
            addresses: [],
            credentials: undefined,
            registration: {
              registrar: 'sip:sip.example.net;transport=tcp',
              account: '4589100000',
              user: '4589100000',
              password: 'another secret',
              contactUser: '4589100000',
              expiresS: 600,
            },
            numbers: [],
            identity: [],
            codecs: ['PCMU'],
            limits: { calls: undefined, callsPerS: undefined },
            publicAddress: undefined,
            peer: undefined,
            keepAlive: { kind: 'options', everyS: 30 },
          },
        ],
      },
    });
  });

  test('may hold no trunk at all', () => {
    expect(read({ trunks: [] })).toMatchObject({ ok: true, book: { trunks: [] } });
  });
});

describe('a bad file', () => {
  test('is reported whole, each problem with its place', () => {
    const problems = problemsOf({
      colour: 'red',
      digest: { nonceSeconds: 5 },
      trunks: [
        { name: 'Telia', addresses: ['192.0.2.0/33', 'example.net'], adresses: [] },
        { name: 'b', addresses: ['192.0.2.1'], numbers: { abc: 'sv', '+4589100000': 'no' } },
        { name: 'c', register: { registrar: 'sip:user@host', account: 'a', password: 'plain' } },
      ],
    });
    expect(problems.map((problem) => problem.split(':')[0]).toSorted()).toEqual([
      'colour',
      'digest.nonceSeconds',
      'trunks[0].addresses[0]',
      'trunks[0].addresses[1]',
      'trunks[0].adresses',
      'trunks[0].name',
      'trunks[1].numbers.+4589100000',
      'trunks[1].numbers.abc',
      'trunks[2].register.password',
      'trunks[2].register.registrar',
    ]);
    expect(problems.join('\n')).not.toContain('plain');
  });

  test('that is not JSON says where, and quotes nothing of it', () => {
    const result = readTrunkFile('{\n  "trunks": [],\n  "password": hunter2\n}', lookup);
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).toContain('is not JSON');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  test('that is not JSON is told by line and column where the parser knows them', () => {
    expect(readTrunkFile('{\n  "trunks": [],\n}', lookup)).toEqual({
      ok: false,
      problems: ['is not JSON (line 3, column 1)'],
    });
  });

  test('of any kind is an answer and never a throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const result = readTrunkFile(text, lookup);
        expect(result.ok || result.problems.length > 0).toBe(true);
      }),
    );
  });

  test('names a secret that is not there by its name alone', () => {
    const credentials = (user: string, password: object) => ({ user, password });
    expect(
      problemsOf({
        trunks: [
          { name: 'a', credentials: credentials('a', { env: 'NOWHERE' }) },
          { name: 'b', credentials: credentials('b', { env: 'EMPTY' }) },
          { name: 'c', credentials: credentials('c', { file: '/nowhere' }) },
        ],
      }),
    ).toEqual([
      'trunks[0].credentials.password: the environment has no NOWHERE',
      'trunks[1].credentials.password: the environment has no EMPTY',
      "trunks[2].credentials.password: /nowhere can't be read, or is empty",
    ]);
  });

  test('with two trunks that nothing tells apart names both places', () => {
    const trunk = (name: string) => ({
      name,
      addresses: ['192.0.2.0/24'],
      credentials: { user: 'same', password: { env: 'TELIA' } },
    });
    expect(problemsOf({ trunks: [trunk('a'), trunk('a')] })).toEqual([
      'trunks[1].name: the same name as trunks[0].name',
      'trunks[1].addresses[0]: the same network as trunks[0].addresses[0]',
      'trunks[1].credentials.user: the same user as trunks[0].credentials.user',
    ]);
  });

  test('with a trunk that nothing recognises, or a keep-alive without a target, is refused', () => {
    const keepAlive = { kind: 'crlf', everySeconds: 20 };
    const problems = problemsOf({
      trunks: [{ name: 'a' }, { name: 'b', addresses: ['::1'], keepAlive }],
    });
    expect(problems[0]).toMatch(/^trunks\[0\]: needs addresses, credentials or register/);
    expect(problems[1]).toMatch(/^trunks\[1\]\.keepAlive: needs peer or register/);
  });
});
