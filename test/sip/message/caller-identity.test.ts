import { describe, expect, it } from 'vitest';
import {
  callerIdentity,
  identifyCaller,
  withheldIdentity,
} from '../../../src/sip/message/caller-identity.ts';
import type { SipMessage } from '../../../src/sip/message/sip-message.ts';

const having = (...fields: readonly (readonly [string, string])[]): SipMessage => ({
  kind: 'request',
  method: 'INVITE',
  requestUri: 'sip:a@b',
  headers: fields.map(([name, value]) => ({ name, value })),
  body: Buffer.alloc(0),
});
const from = ['From', '<sip:+46701234567@carrier.example>;tag=1'] as const;
const anonymous = ['From', '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1'] as const;
const asserted = ['P-Asserted-Identity', '"A" <sip:+46709999999@carrier.example>'] as const;

describe('the caller', () => {
  it('is the user of From', () => {
    expect(callerIdentity(having(from))).toBe('+46701234567');
  });

  it('is From where nothing was said of whom to believe', () => {
    expect(callerIdentity(having(from, asserted))).toBe('+46701234567');
  });

  it('is vouched for by a header that is believed alone', () => {
    expect(identifyCaller(having(from, asserted), ['P-Asserted-Identity'])).toEqual({
      number: '+46709999999',
      isVouched: true,
    });
    for (const message of [having(from), having(from, ['P-Asserted-Identity', 'nonsense'])])
      expect(identifyCaller(message, ['P-Asserted-Identity'])).toEqual({
        number: '+46701234567',
        isVouched: false,
      });
  });

  it('is the asserted identity before From, where that is believed', () => {
    expect(callerIdentity(having(from, asserted), ['P-Asserted-Identity'])).toBe('+46709999999');
  });

  it('is read from a tel URI, its separators and parameters left out', () => {
    const tel = ['P-Asserted-Identity', '<tel:+46-70-123.45(67);cpc=ordinary>'] as const;
    expect(callerIdentity(having(from, tel), ['P-Asserted-Identity'])).toBe('+46701234567');
  });

  it('is a user name where it is no number', () => {
    expect(callerIdentity(having(['From', 'sip:anna.berg@example.org']))).toBe('anna.berg');
  });

  it.each([
    ['asks for Privacy: id', [from, asserted, ['Privacy', 'critical; ID']]],
    ['asks for Privacy: user', [from, ['Privacy', 'user']]],
    ['is anonymous in From, though the trunk asserts a number', [anonymous, asserted]],
    ['calls themselves anonymous at a real host', [['From', 'sip:Anonymous@carrier.example']]],
  ] as const)('is withheld where the caller %s', (_, fields) => {
    expect(withheldIdentity(having(...fields))).toBe(true);
    expect(callerIdentity(having(...fields), ['P-Asserted-Identity'])).toBeUndefined();
  });

  it('is not withheld by Privacy: none', () => {
    expect(callerIdentity(having(from, ['Privacy', 'none']))).toBe('+46701234567');
  });

  it('is undefined where there is no user', () => {
    expect(callerIdentity(having(['From', 'sip:carrier.example']))).toBeUndefined();
    expect(callerIdentity(having())).toBeUndefined();
  });

  describe('through a trunk', () => {
    const party = (params: string) =>
      ['Remote-Party-ID', `"B" <sip:+46708888888@carrier.example>${params}`] as const;

    it('is From alone where no header is believed', () => {
      const message = having(from, asserted, party(''));
      expect(callerIdentity(message, [])).toBe('+46701234567');
    });

    it('is the first believed header that is there', () => {
      const both = ['Remote-Party-ID', 'P-Asserted-Identity'] as const;
      expect(callerIdentity(having(from, asserted, party(';party=calling')), both)).toBe(
        '+46708888888',
      );
      expect(callerIdentity(having(from, asserted), both)).toBe('+46709999999');
    });

    it('is not the called party, and is withheld where Remote-Party-ID says so', () => {
      const believed = ['Remote-Party-ID'] as const;
      expect(callerIdentity(having(from, party(';party=called')), believed)).toBe('+46701234567');
      expect(
        callerIdentity(having(from, party(';party=calling;privacy=full')), believed),
      ).toBeUndefined();
    });
  });
});
