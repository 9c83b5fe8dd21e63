import { describe, expect, test } from 'vitest';
import { refreshedSdp } from '../../../src/sip/message/sdp-refresh.ts';

const described = (version: number, ...lines: readonly string[]): string =>
  ['v=0', `o=- 77 ${version} IN IP4 10.0.0.1`, 's=-', ...lines, ''].join('\r\n');

describe('what a session refresh offers', () => {
  test('is the description of before, to the letter', () => {
    for (const sdp of [
      described(3, 'm=audio 4000 RTP/AVP 8'),
      described(3, 'm=application 5070 TCP/BFCP *', 'a=connection:existing'),
    ])
      expect(refreshedSdp(sdp)).toBe(sdp);
  });

  test('keeps the connection that was new then, under the next version', () => {
    const floor = (connection: string) => [
      ...['m=application 5070 TCP/BFCP *', 'a=setup:passive'],
      ...[`a=connection:${connection}`, 'a=floorctrl:s-only'],
    ];
    const refreshed = refreshedSdp(described(9, ...floor('new')));
    expect(refreshed).toBe(described(10, ...floor('existing')));
    expect(refreshedSdp(refreshed)).toBe(refreshed);
  });
});
