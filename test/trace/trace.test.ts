import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blankRtp } from '../../src/trace/blank-rtp.ts';
import { blankSip, createHash } from '../../src/trace/blank-sip.ts';
import { createLadders } from '../../src/trace/ladder.ts';
import { createTracing, type TracedMessage } from '../../src/trace/tracing.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const hash = createHash(Buffer.from('a key'));
const local = { address: '127.0.0.1', port: 5060 };
const remote = { address: '192.0.2.7', port: 5062 };

const invite = (number: string, callId: string, pin: string) => ({
  kind: 'request' as const,
  method: 'INVITE',
  requestUri: `sip:${callId}*${pin}@gw.example;user=phone`,
  headers: [
    { name: 'Via', value: 'SIP/2.0/UDP 192.0.2.7:5062;rport;branch=z9hG4bKabc' },
    { name: 'From', value: `"Kim ${number}" <sip:${number}@carrier.example>;tag=x${pin}y` },
    { name: 'To', value: `<tel:${callId};phone-context=${number}>` },
    { name: 'Contact', value: `Kim <sip:192.0.2.7:5062;line=${number}>;expires=60` },
    { name: 'P-Asserted-Identity', value: `<sip:${number}@carrier.example>, <tel:${number}>` },
    { name: 'Call-ID', value: `${number}@192.0.2.7` },
    { name: 'CSeq', value: '1 INVITE' },
    { name: 'Authorization', value: `Digest username="${number}", response="secret"` },
    { name: 'Subject', value: `pin ${pin}` },
    { name: 'X-Anything', value: pin },
    { name: 'Content-Type', value: 'application/sdp' },
  ],
  body: Buffer.from(
    `v=0\r\no=${number} 1 1 IN IP4 192.0.2.7\r\ns=${callId}\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 101\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:secret\r\n`,
  ),
});

const traced = (number: string, sipCallId = 'one'): TracedMessage => ({
  direction: 'in',
  sipCallId,
  message: invite(number, '123456789', '7391'),
  what: 'INVITE',
  exchange: '1 INVITE',
  callerNumber: number,
  local,
  remote,
});

const digits = (least: number, most: number) =>
  fc.stringMatching(new RegExp(`^[1-9][0-9]{${least - 1},${most - 1}}$`));

describe('a blanked message', () => {
  it('has no number, ID, PIN or secret in it, wherever they stood', () => {
    fc.assert(
      fc.property(digits(7, 12), digits(9, 9), digits(6, 8), (number, callId, pin) => {
        const text = blankSip(invite(`+46${number}`, callId, pin), hash).toString();
        for (const secret of [number, callId, pin, 'secret', 'Kim'])
          expect(text).not.toContain(secret);
      }),
    );
  });

  it('keeps what tells where and how: hosts, exchange, codecs', () => {
    const text = blankSip(invite('+46701234567', '123456789', '7391'), hash).toString();
    expect(text).toMatch(/^INVITE sip:[a-p]{10}@gw\.example/);
    for (const kept of ['192.0.2.7:5062', 'CSeq: 1 INVITE', 'm=audio 4000 RTP/AVP 8 101', 'rport'])
      expect(text).toContain(kept);
    expect(text).not.toContain('7391');
  });

  it('has nothing of the keys in an INFO', () => {
    const text = blankSip(
      {
        kind: 'request',
        method: 'INFO',
        requestUri: 'sip:gw.example',
        headers: [{ name: 'Content-Type', value: 'application/dtmf-relay' }],
        body: Buffer.from('Signal=5\r\nDuration=160\r\n'),
      },
      hash,
    ).toString();
    expect(text).not.toContain('Signal');
    expect(text).toContain('Content-Length: 0');
  });

  it('marks the same number by the same mark in one trace, and by another in the next', () => {
    const other = createHash(Buffer.from('another key'));
    expect(hash('+46701234567')).toBe(hash('+46701234567'));
    expect(hash('+46701234567')).not.toBe(other('+46701234567'));
  });
});

it('of an RTP packet the header alone is shown', () => {
  const packet = Buffer.concat([
    Buffer.from([0x90, 101, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]),
    Buffer.from('sound'),
  ]);
  expect(blankRtp(packet)).toEqual(Buffer.from([0x80, 101, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]));
  expect(blankRtp(Buffer.from('no rtp'))).toBeUndefined();
});

it('a ladder keeps the beginning and the end, and is bounded', () => {
  const ladders = createLadders();
  for (let i = 0; i < 500; i += 1)
    ladders.add('one', { at: i, direction: 'in', what: 'INFO', exchange: `${i} INFO` });
  const lines = ladders.take('one');
  expect(lines).toHaveLength(60);
  expect(lines[0]?.at).toBe(0);
  expect(lines.at(-1)?.at).toBe(499);
  expect(ladders.read('one')).toEqual([]);
});

describe('tracing', () => {
  it('takes the next call from the number alone, and nothing of others', () => {
    const tracing = createTracing({ clock: createManualClock() });
    const wanted: unknown[] = [];
    tracing.onWanted((...args) => wanted.push(args));
    const begun = tracing.begin({ number: '070-123 45 67' }, 10);
    tracing.sip(traced('+46700000000', 'other'));
    expect(tracing.list()[0]).toMatchObject({ state: 'asked', packets: 0 });
    tracing.sip(traced('+46701234567'));
    tracing.sip(traced('+46701234567', 'a later one'));
    expect(tracing.list()[0]).toMatchObject({ state: 'on', packets: 1 });
    expect(wanted).toEqual([['one', true]]);
    tracing.close();
    expect(tracing.pcap(begun?.traceId ?? '')).toBeUndefined();
  });

  it('ends after its minutes, and is deleted a day later', async () => {
    const clock = createManualClock();
    const tracing = createTracing({ clock });
    const id = tracing.begin({ sipCallId: 'one' }, 1)?.traceId ?? '';
    await clock.advance(60_000);
    tracing.sip(traced('+46701234567'));
    expect(tracing.list()[0]).toMatchObject({ state: 'done', packets: 0 });
    await clock.advance(24 * 3_600_000);
    expect(tracing.pcap(id)).toBeUndefined();
  });

  it('is bounded in size and number', () => {
    const tracing = createTracing({ clock: createManualClock() });
    for (let i = 0; i < 10; i += 1) tracing.begin({ sipCallId: `call ${i}` }, 1);
    expect(tracing.begin({ sipCallId: 'one too many' }, 1)).toBeUndefined();
    const header = Buffer.alloc(12, 0x80);
    const packet = {
      atMs: 0,
      direction: 'in' as const,
      localPort: 4000,
      remote,
      header,
      bytes: 172,
    };
    for (let i = 0; i < 200; i += 1)
      tracing.rtp(
        'call 0',
        Array.from({ length: 1_000 }, () => packet),
      );
    expect(tracing.list()[0]).toMatchObject({ state: 'done', truncated: true });
    expect(tracing.list()[0]?.bytes).toBeLessThan(9 * 1024 * 1024);
    tracing.close();
  });

  const hasTshark = (() => {
    try {
      execFileSync('tshark', ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();

  it.skipIf(!hasTshark)(
    'writes what tshark reads (skipped where there is no tshark)',
    async () => {
      const folder = await temporaryFolder();
      const tracing = createTracing({ clock: createManualClock() });
      const id = tracing.begin({ sipCallId: 'one' }, 1)?.traceId ?? '';
      tracing.sip(traced('+46701234567'));
      tracing.rtp('one', [
        {
          atMs: Date.UTC(2026, 0, 1),
          direction: 'in',
          localPort: 4000,
          remote,
          header: Buffer.from([0x80, 8, 0, 9, 0, 0, 0, 2, 0, 0, 0, 3]),
          bytes: 172,
        },
      ]);
      const file = join(folder.path, 'trace.pcap');
      writeFileSync(file, tracing.pcap(id) ?? '');
      const args = ['-r', file, '-d', 'udp.port==4000,rtp', '-T', 'fields'];
      const read = execFileSync('tshark', [...args, '-e', 'sip.Method', '-e', 'rtp.seq'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      expect(read).toMatch(/INVITE\t\n\t9\n/);
      tracing.close();
      await folder.remove();
    },
    20_000,
  );
});
