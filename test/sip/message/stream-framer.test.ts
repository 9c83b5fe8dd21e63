import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreamFramer } from '../../../src/sip/message/stream-framer.ts';
import { inviteBytes, optionsBytes } from './sample-messages.ts';
import type { StreamEvent } from '../../../src/sip/message/stream-framer.ts';

const framed = (...chunks: readonly (Buffer | string)[]): readonly StreamEvent[] => {
  const framer = createStreamFramer();
  return chunks.flatMap((chunk) => framer.push(Buffer.from(chunk)));
};
const types = (events: readonly StreamEvent[]): readonly string[] => events.map(({ type }) => type);

describe('the stream framer', () => {
  it('cuts two messages that came in one piece', () => {
    const events = framed(Buffer.concat([inviteBytes(), optionsBytes]));
    expect(events).toMatchObject([
      { type: 'message', parsed: { ok: true, message: { method: 'INVITE' } } },
      { type: 'message', parsed: { ok: true, message: { method: 'OPTIONS' } } },
    ]);
  });

  it('waits for the last byte of a body', () => {
    const bytes = inviteBytes();
    expect(types(framed(bytes.subarray(0, -1)))).toEqual([]);
    expect(types(framed(bytes.subarray(0, -1), bytes.subarray(-1)))).toEqual(['message']);
  });

  it('tells a double CRLF as ping, wherever it is cut', () => {
    expect(types(framed('\r\n\r\n'))).toEqual(['ping']);
    expect(types(framed('\r', '\n\r', '\n'))).toEqual(['ping']);
  });

  it('tells a single CRLF as pong, and takes the message after it', () => {
    expect(types(framed(`\r\n${optionsBytes.toString()}`))).toEqual(['pong', 'message']);
  });

  it('goes on after a malformed message whose end is clear', () => {
    const bad = optionsBytes.toString().replace(/f: .*\r\n/, '');
    expect(framed(bad, optionsBytes)).toMatchObject([
      { type: 'message', parsed: { ok: false, error: { answer: { status: 400 } } } },
      { type: 'message', parsed: { ok: true } },
    ]);
  });

  it.each([
    ['no Content-Length', optionsBytes.toString().replace('l: 0\r\n', ''), 400],
    ['two Content-Lengths', optionsBytes.toString().replace('l: 0', 'l: 0\r\nl: 0'), 400],
    ['a negative Content-Length', optionsBytes.toString().replace('l: 0', 'l: -1'), 400],
    ['a body of 64 KiB', optionsBytes.toString().replace('l: 0', 'l: 65536'), 513],
    [
      'a head of 64 KiB',
      optionsBytes.toString().replace('l: 0\r\n', 'X: y\r\n'.repeat(12_000)),
      513,
    ],
  ])('is broken by %s, which is answered', (_, bytes, status) => {
    const events = framed(bytes, optionsBytes);
    expect(events).toMatchObject([
      { type: 'broken', parsed: { ok: false, error: { answer: { status } } } },
    ]);
  });

  it('is broken by what is no SIP at all, and takes nothing more', () => {
    expect(types(framed('GET / HTTP/1.1\r\nHost: x\r\n\r\n', optionsBytes))).toEqual(['broken']);
  });

  it('yields the same for any cutting of the stream', () => {
    const piece = fc.oneof(
      fc.constantFrom(inviteBytes(), optionsBytes),
      fc
        .constantFrom(
          '\r\n\r\n',
          '\r\n',
          '\n',
          '\r',
          'x',
          'l: 5\r\n',
          'SIP/2.0 200\r\nl: 1\r\n\r\n',
        )
        .map((text) => Buffer.from(text)),
    );
    const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), cuts, (pieces, sizes) => {
        const stream = Buffer.concat(pieces);
        const chunks: Buffer[] = [];
        for (let at = 0; at < stream.length;) {
          const size = sizes[chunks.length % sizes.length] ?? 1;
          chunks.push(stream.subarray(at, at + size));
          at += size;
        }
        expect(framed(...chunks)).toEqual(framed(stream));
      }),
      { numRuns: 300 },
    );
  });
});
