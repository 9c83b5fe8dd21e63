import { expect, it } from 'vitest';
import { createRoomReports } from '../../../src/bridge/room/room-reports.ts';
import { buildRtcp } from '../../../src/bridge/rtp/rtcp-packet.ts';
import { compactNtp, toNtp } from '../../../src/bridge/rtp/rtcp-session.ts';

const at = 1_700_000_000_000;
const block = {
  ssrc: 7,
  fractionLost: 0,
  cumulativeLost: 0,
  extendedHighestSequence: 65_000,
  jitter: 16,
  lastSenderReport: 0,
  delaySinceLastSenderReport: 0,
};
const compound = (reports: (typeof block)[]) =>
  buildRtcp({ ssrc: 1, cname: 'sfu', sender: undefined, reports, bye: false });

it('counts from the first report on, and past the end of the sequence numbers', () => {
  const reports = createRoomReports({ ssrc: 7, clockRateHz: 8_000, now: () => at });
  reports.take(compound([block]));
  expect(reports.reception()).toBeUndefined();
  reports.take(compound([{ ...block, extendedHighestSequence: 66_000, cumulativeLost: 40 }]));
  expect(reports.reception()).toEqual({
    expected: 1_000,
    lost: 40,
    jitterMs: 2,
    roundTripMs: undefined,
  });
});

it('measures the round trip by the echo of a sender report', () => {
  const reports = createRoomReports({ ssrc: 7, clockRateHz: 8_000, now: () => at });
  const echo = {
    ...block,
    lastSenderReport: compactNtp(toNtp(at - 150)),
    delaySinceLastSenderReport: 0.1 * 65_536,
  };
  reports.take(compound([block]));
  reports.take(compound([echo]));
  expect(reports.reception()?.roundTripMs).toBeCloseTo(50, 0);
});

it('leaves out reports of other streams, and what is no report', () => {
  const reports = createRoomReports({ ssrc: 7, clockRateHz: 8_000, now: () => at });
  reports.take(compound([{ ...block, ssrc: 8 }]));
  reports.take(compound([{ ...block, ssrc: 8 }]));
  reports.take(Buffer.from('no report'));
  expect(reports.reception()).toBeUndefined();
});
