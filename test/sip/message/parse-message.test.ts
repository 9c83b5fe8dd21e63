import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createResponse } from '../../../src/sip/message/build-message.ts';
import { header, headers, toOf, vias } from '../../../src/sip/message/message-headers.ts';
import { parseMessage } from '../../../src/sip/message/parse-message.ts';
import { serializeMessage } from '../../../src/sip/message/serialize-message.ts';
import { inviteBytes, optionsBytes } from './sample-messages.ts';
import type { SipMessage } from '../../../src/sip/message/sip-message.ts';
import type { SipParseError } from '../../../src/sip/message/sip-parse-error.ts';

const taken = (bytes: Buffer | string): SipMessage => {
  const parsed = parseMessage(Buffer.from(bytes));
  if (!parsed.ok) throw new Error(parsed.error.reason);
  return parsed.message;
};
const refused = (bytes: Buffer | string): SipParseError => {
  const parsed = parseMessage(Buffer.from(bytes));
  if (parsed.ok) throw new Error('taken');
  return parsed.error;
};
const invite = (extra: readonly string[] = []): string => inviteBytes(extra).toString();

describe('a message', () => {
  it('is read with its start line, headers in order and body', () => {
    const message = taken(inviteBytes());
    expect(message).toMatchObject({
      kind: 'request',
      method: 'INVITE',
      requestUri: 'sip:+46480445511@meet.example.org',
    });
    expect(message.headers.slice(0, 2).map(({ name }) => name)).toEqual(['Via', 'Via']);
    expect(message.body.toString()).toMatch(/^v=0\r\n.*a=sendrecv\r\n$/s);
  });

  it('has its compact header names expanded', () => {
    expect(taken(optionsBytes).headers.map(({ name }) => name)).toEqual([
      'Via',
      'To',
      'From',
      'Call-ID',
      'CSeq',
      'Content-Length',
    ]);
  });

  it('may end its lines with a bare LF', () => {
    const message = taken(optionsBytes.toString().replaceAll('\r\n', '\n'));
    expect(vias(message)).toHaveLength(1);
  });

  it('may follow line ends', () => {
    expect(taken(`\r\n\r\n${optionsBytes.toString()}`).kind).toBe('request');
  });

  it('has folded lines joined by one space', () => {
    const message = taken(invite(['Subject: one', ' \t two', '\tthree']));
    expect(header(message, 'subject')).toBe('one two three');
  });

  it('takes the rest of the datagram as its body where Content-Length is missing', () => {
    const bytes = invite().replace(/Content-Length: \d+\r\n/, '');
    expect(taken(bytes).body.toString()).toMatch(/a=sendrecv\r\n$/);
  });

  it('leaves what stands after its Content-Length', () => {
    expect(parseMessage(Buffer.from(`${optionsBytes.toString()}tail`))).toMatchObject({
      ok: true,
      extraBytes: 4,
    });
  });

  it('with a name in Latin-1 is taken, and written as UTF-8', () => {
    const bytes = Buffer.from(invite().replace('Åsa Öberg', 'Bj\xf6rn'), 'latin1');
    const message = taken(Buffer.from(bytes.toString('latin1').replace(/l: \d+/, ''), 'latin1'));
    expect(header(message, 'From')).toMatch(/^"Björn" /);
    expect(serializeMessage(message).includes(Buffer.from('Björn'))).toBe(true);
  });
});

describe('a message that is not taken', () => {
  it.each([
    ['a missing Call-ID', invite().replace(/Call-ID: .*\r\n/, ''), 'Missing Call-ID'],
    ['two From headers', invite(['From: <sip:b@example.net>;tag=2']), 'Repeated From'],
    ['two tags in From', invite().replace(/tag=\d+/, 'tag=1;tag=2'), 'Malformed From'],
    ['a method in CSeq that is another', invite().replace('314159 INVITE', '1 BYE'), /CSeq method/],
    ['a CSeq of 2^31', invite().replace('314159', '2147483648'), /CSeq/],
    ['Max-Forwards of 256', invite().replace('ds: 70', 'ds: 256'), 'Malformed Max-Forwards'],
    ['a malformed Contact', invite(['Contact: <sip:a@b>;;']), 'Malformed Contact'],
    ['a malformed Record-Route', invite(['Record-Route: sip:']), 'Malformed Record-Route'],
    ['an empty Via in the list', invite(['Via: ,']), 'Malformed Via'],
    ['a Call-ID of two words', invite().replace('a84b', 'a 84b'), 'Malformed Call-ID'],
    ['a line without a colon', invite(['nothing']), 'Malformed header line'],
    ['a space in a header name', invite(['X Y: z']), 'Malformed header line'],
    ['a bare CR in a value', invite(['X: a\rVia: b']), 'Bare carriage return'],
    ['a body shorter than it says', invite().slice(0, -1), /Content-Length/],
    ['a hexadecimal Content-Length', optionsBytes.toString().replace('l: 0', 'l: 0x0'), /Length/],
    ['a line of more than 8 KiB', invite([`X: ${'y'.repeat(8200)}`]), 'Header line too long'],
    ['257 headers', invite(Array.from({ length: 257 }, () => 'X: y')), 'Too many headers'],
  ])('for %s is answered 400', (_, bytes, reason) => {
    const error = refused(bytes);
    expect(error.reason).toMatch(reason);
    expect(error.answer?.status).toBe(400);
  });

  it.each([
    ['another version', invite().replace('SIP/2.0\r\n', 'SIP/3.0\r\n'), 505],
    ['more than 64 KiB', Buffer.concat([inviteBytes(), Buffer.alloc(65_536, 32)]), 513],
    ['a Request-URI of 8 KiB', invite().replace('+4648', 'x'.repeat(8192)), 414],
  ])('for %s has its own status', (_, bytes, status) => {
    expect(refused(bytes).answer?.status).toBe(status);
  });

  it.each([
    [
      'an ACK',
      invite()
        .replace(/INVITE/g, 'ACK')
        .replace(/Call-ID: .*\r\n/, ''),
    ],
    [
      'a response',
      invite()
        .replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n')
        .replace(/To: .*\r\n/, ''),
    ],
    ['a request without Via', invite().replace(/Via: .*\r\n/g, '')],
    ['no SIP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('is not answered where it is %s', (_, bytes) => {
    expect(refused(bytes).answer).toBeUndefined();
  });

  it('is a keep-alive where it is nothing but line ends', () => {
    expect(refused('\r\n\r\n').code).toBe('sip/empty');
    expect(refused('').code).toBe('sip/empty');
  });

  it('leaves enough for an answer that finds its way back', () => {
    const { answer } = refused(invite(['nothing']));
    if (!answer) throw new Error('no answer');
    const response = createResponse(answer.request, answer.status, undefined, { toTag: 'x' });
    const sent = taken(serializeMessage(response));
    expect(headers(sent, 'Via')).toHaveLength(2);
    expect(toOf(sent)?.tag).toBe('x');
  });
});

const bits = ['\r\n', '\n', '"', '<', '>', ';', ',', ':', '%', '@', ' ', 'ÿ', 'a', '7', '[::1]'];

/** Whole messages with some octets cut out and others put in. */
const damaged = (maxEdits: number, maxCut: number): fc.Arbitrary<Buffer> => {
  const whole = fc.constantFrom(
    inviteBytes(),
    optionsBytes,
    inviteBytes(['Subject: x,', ' y'], ''),
  );
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.integer({ min: 0, max: maxCut }),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom(...bits).map((text) => Buffer.from(text)),
    ),
  });
  return fc
    .tuple(whole, fc.array(edit, { minLength: 1, maxLength: maxEdits }))
    .map(([bytes, edits]) =>
      edits.reduce((text, { at, cut, put }) => {
        const start = Math.floor(at * text.length);
        return Buffer.concat([text.subarray(0, start), put, text.subarray(start + cut)]);
      }, bytes),
    );
};

const answerSafely = (bytes: Buffer): void => {
  const parsed = parseMessage(bytes);
  if (parsed.ok || !parsed.error.answer) return;
  const { request, status } = parsed.error.answer;
  serializeMessage(createResponse(request, status, parsed.error.reason, { toTag: 'x' }));
};

describe('the parser', () => {
  // A pattern with two runs of white space once took minutes for the first of these.
  it.each([
    ['a start line', `INVITE${' '.repeat(60_000)}x\r\n`],
    ['a Via', invite().replace('UDP 198', `UDP${' '.repeat(60_000)}198`)],
    ['a host', invite().replace('198.51.100.7:5060', `a${' '.repeat(8000)}:x`)],
    ['a fold', invite([`Subject: x${'\r\n '.repeat(20_000)}`])],
    ['an address', invite().replace('"Åsa Öberg"', `${'a '.repeat(4000)}"`)],
  ])('is not held up by endless white space in %s', (_, bytes) => {
    const startedAt = performance.now();
    answerSafely(Buffer.from(bytes));
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  it('throws nothing on any bytes, and its answers can be written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        answerSafely(Buffer.from(bytes));
      }),
    );
  });

  it('throws nothing on damaged messages, and its answers can be written', () => {
    fc.assert(fc.property(damaged(6, 12), answerSafely), { numRuns: 1000 });
  });

  it('reads again what was written from what it read', () => {
    let compared = 0;
    const comparable = (message: SipMessage): SipMessage => ({
      ...message,
      headers: message.headers.filter(({ name }) => name !== 'Content-Length'),
    });
    fc.assert(
      fc.property(damaged(1, 1), (bytes) => {
        const parsed = parseMessage(bytes);
        if (!parsed.ok) return;
        compared += 1;
        const again = taken(serializeMessage(parsed.message));
        expect(comparable(again)).toEqual(comparable(parsed.message));
      }),
      { numRuns: 1000 },
    );
    expect(compared).toBeGreaterThan(50);
  });
});
