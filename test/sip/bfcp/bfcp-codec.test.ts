import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBfcp, floorIdOf, requestInformation } from '../../../src/sip/bfcp/build-bfcp.ts';
import { attributeTypes } from '../../../src/sip/bfcp/bfcp-message.ts';
import { numberIn, parseAttributes, parseBfcp } from '../../../src/sip/bfcp/parse-bfcp.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

const attribute = fc.record({
  type: fc.integer({ min: 0, max: 127 }),
  isMandatory: fc.boolean(),
  value: fc.uint8Array({ maxLength: 60 }),
});
const message = fc.record({
  version: fc.constantFrom(1, 2),
  isResponse: fc.boolean(),
  primitive: fc.integer({ min: 0, max: 255 }),
  conferenceId: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  transactionId: fc.integer({ min: 0, max: 65_535 }),
  userId: fc.integer({ min: 0, max: 65_535 }),
  attributes: fc.array(attribute, { maxLength: 8 }),
});

describe('BFCP', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(message, (written) => {
        expect(parseBfcp(Uint8Array.from(buildBfcp(written)))).toEqual({
          ok: true,
          message: written,
        });
      }),
    );
  });

  it('takes any bytes, and bytes of a message that were changed, without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        expect(typeof parseBfcp(any).ok).toBe('boolean');
        parseAttributes(any);
      }),
    );
    fc.assert(
      fc.property(message, fc.nat(), fc.nat({ max: 255 }), (written, at, value) => {
        const changed = buildBfcp(written);
        changed[at % changed.length] = value;
        expect(typeof parseBfcp(changed).ok).toBe('boolean');
      }),
    );
  });

  it('reads a FloorRequest byte by byte', () => {
    const parsed = parseBfcp(bytes('40 01 0001 0000002a 0007 0002 05 04 0001'));
    expect(parsed).toMatchObject({
      ok: true,
      message: { version: 2, primitive: 1, conferenceId: 42, transactionId: 7, userId: 2 },
    });
    expect(parsed.ok && numberIn(parsed.message, attributeTypes.floorId)).toBe(1);
  });

  it('writes a granted floor as RFC 8855 lays it out', () => {
    const granted = requestInformation({
      ...{ floorId: 1, floorRequestId: 9, beneficiaryId: 2 },
      status: 'granted',
    });
    const written = buildBfcp({
      ...{ version: 2, isResponse: true, primitive: 8, conferenceId: 1 },
      ...{ transactionId: 3, userId: 2 },
      attributes: [floorIdOf(1), granted],
    });
    expect(written.toString('hex')).toBe(
      bytes(
        '50 08 0007 00000001 0003 0002 05 04 0001 1f 18 0009 25 08 0009 0b 04 0300' +
          '23 08 0001 0b 04 0300 1d 04 0002',
      ).toString('hex'),
    );
  });

  it.each([
    ['a fragment', '48 01 0001 0000002a 0007 0002 0504 0001', 'fragment'],
    ['another version', '60 0b 0000 0000002a 0007 0002', 'version'],
    ['a length that is not its own', '40 01 0002 0000002a 0007 0002 0504 0001', 'length'],
    ['an attribute beyond its end', '40 01 0001 0000002a 0007 0002 05 0a 0001', 'attributes'],
    ['an attribute without a head', '40 01 0001 0000002a 0007 0002 05 01 0001', 'attributes'],
    ['half a head', '40 01 0001', 'short'],
  ])('refuses %s', (_, hex, problem) => {
    expect(parseBfcp(bytes(hex))).toMatchObject({ ok: false, problem });
  });
});
