import { describe, expect, test } from 'vitest';
import { isDroppedLine } from '../../../src/sip/message/dropped-line.ts';

describe('a BYE by which nobody hung up', () => {
  test.each([
    'Q.850;cause=38;text="Network out of order"',
    'q.850 ; cause=41',
    'Q.850;cause=16, SIP;cause=408;text="RTP timeout"',
    'SIP ;cause=503 ;text="a; b, c"',
    ...[27, 44, 47, 63, 102].map((cause) => `Q.850;cause=${cause}`),
  ])('says %s', (reason) => {
    expect(isDroppedLine([reason])).toBe(true);
  });
});

describe('a BYE of somebody who hung up', () => {
  test.each([
    '',
    'Q.850;cause=16;text="Normal call clearing"',
    'Q.850;cause=31',
    'Q.850;cause=17',
    'SIP;cause=200;text="Call completed elsewhere"',
    'SIP;cause=487',
    'SIP;text="cause=408"',
    'X;cause=38',
    'Q.850;cause=38;cause=16',
    'Q.850;cause=thirty-eight',
  ])('says %s', (reason) => {
    expect(isDroppedLine([reason])).toBe(false);
  });

  test('says nothing', () => {
    expect(isDroppedLine([])).toBe(false);
  });
});
