import { expect, test } from 'vitest';
import { createReceptionStats } from '../../../src/bridge/rtp/reception-stats.ts';
import { buildRtcp, parseRtcp } from '../../../src/bridge/rtp/rtcp-packet.ts';
import {
  createRtcpSession,
  toNtp,
  type RtcpSession,
} from '../../../src/bridge/rtp/rtcp-session.ts';
import { rtpPacket, seededRandom, viewOf } from './rtp-fixtures.ts';

const startMs = 1_700_000_000_000;

const createSession = (ssrc: number, random: () => number = () => 0.5) => {
  const reception = createReceptionStats(8000);
  const session = createRtcpSession({
    ssrc,
    cname: `${ssrc}@example.org`,
    sentClockRateHz: 8000,
    reception,
    random,
    startMs,
  });
  return { session, reception };
};

/** Every compound that falls due until `untilMs`, asked each 20 ms. */
const run = (session: RtcpSession, fromMs: number, untilMs: number): number[] => {
  const sentAt: number[] = [];
  for (let atMs = fromMs; atMs < untilMs; atMs += 20) {
    if (session.poll(atMs) !== undefined) sentAt.push(atMs);
  }
  return sentAt;
};

test('reports go out every 2.5 to 7.5 s, the first within 3.75 s', () => {
  const { session } = createSession(1, seededRandom(3));
  const sentAt = run(session, startMs, startMs + 600_000);
  expect(sentAt[0]! - startMs).toBeLessThanOrEqual(3760);
  const intervals = sentAt.slice(1).map((at, index) => at - sentAt[index]!);
  expect(Math.min(...intervals)).toBeGreaterThanOrEqual(2500);
  expect(Math.max(...intervals)).toBeLessThanOrEqual(7520);
  expect(new Set(intervals).size).toBeGreaterThan(20);
});

test('who sends sends a sender report, with the RTP time of now', () => {
  const { session } = createSession(5);
  const first = session.poll(startMs + 3000);
  expect(parseRtcp(first!)[0]).toMatchObject({ type: 'receiver-report', ssrc: 5, reports: [] });
  session.onRtpSent(160, 4_294_967_200, startMs + 7990);
  session.onRtpSent(160, 4_294_967_280, startMs + 8000);
  const [report, description] = parseRtcp(session.poll(startMs + 8010)!);
  expect(report).toMatchObject({
    type: 'sender-report',
    sender: {
      ntp: toNtp(startMs + 8010),
      rtpTimestamp: 64,
      packetCount: 2,
      octetCount: 320,
    },
  });
  expect(description).toEqual({
    type: 'source-description',
    chunks: [{ ssrc: 5, cname: '5@example.org' }],
  });
});

test('NTP time counts from 1900 in seconds and their 2^32 parts', () => {
  expect(toNtp(500)).toEqual({ seconds: 2_208_988_800, fraction: 2 ** 31 });
});

test('two sessions learn round trip, loss and jitter from each other', () => {
  const here = createSession(1);
  const there = createSession(2);
  const oneWayMs = 30;
  // We send 100 packets, 10 of which get lost on the way.
  for (let index = 0; index < 100; index += 1) {
    const atMs = startMs + index * 20;
    here.session.onRtpSent(160, index * 160, atMs);
    if (index % 10 === 5) continue;
    const packet = rtpPacket({
      sequence: index,
      timestamp: index * 160,
      ssrc: 1,
      payload: new Uint8Array(160),
    });
    there.reception.push(viewOf(packet), atMs + oneWayMs);
  }
  const ours = here.session.poll(startMs + 2500);
  there.session.onRtcp(ours!, startMs + 2500 + oneWayMs);
  const theirs = there.session.poll(startMs + 4000);
  expect(here.session.remote()).toBeUndefined();
  here.session.onRtcp(theirs!, startMs + 4000 + oneWayMs);
  expect(here.session.remote()).toMatchObject({ packets: 90, lost: 10, lossPct: 10, jitterMs: 0 });
  expect(here.session.roundTripMs()).toBeCloseTo(2 * oneWayMs, 0);
});

test('a report about another stream, or with an absurd echo, is not believed', () => {
  const { session } = createSession(1);
  const report = {
    ssrc: 99,
    fractionLost: 0,
    cumulativeLost: 5,
    extendedHighestSequence: 10,
    jitter: 0,
    lastSenderReport: 12345,
    delaySinceLastSenderReport: 0,
  };
  const send = (ssrc: number): void => {
    session.onRtcp(buildRtcp({ ssrc: 2, cname: 'x', reports: [{ ...report, ssrc }] }), startMs);
  };
  send(99);
  expect(session.remote()).toBeUndefined();
  send(1);
  expect(session.remote()).toMatchObject({ lost: 5 });
  expect(session.roundTripMs()).toBeUndefined();
});

test('a BYE ends the stream that it names, and ours is the last word', () => {
  const { session, reception } = createSession(1);
  for (const sequence of [1, 2]) {
    const packet = rtpPacket({ sequence, timestamp: 0, ssrc: 7, payload: new Uint8Array(1) });
    reception.push(viewOf(packet), 0);
  }
  const bye = (ssrc: number): boolean =>
    session.onRtcp(buildRtcp({ ssrc, cname: 'x', reports: [], bye: true }), startMs).bye;
  expect([bye(8), bye(7)]).toEqual([false, true]);
  expect(parseRtcp(session.goodbye(startMs)).at(-1)).toMatchObject({ type: 'bye', ssrcs: [1] });
});
