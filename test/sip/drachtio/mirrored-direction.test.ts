import { describe, expect, it } from 'vitest';
import { directionOfAnswer, withDirection } from '../../../src/sip/drachtio/mirrored-direction.ts';

const sdp = (...lines: readonly string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...lines, ''].join(
    '\r\n',
  );

describe('the direction of an answer', () => {
  it.each([
    ['sendrecv', 'sendrecv'],
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
  ])('mirrors %s as %s', (offered, ours) => {
    expect(directionOfAnswer(sdp('m=audio 4000 RTP/AVP 8', `a=${offered}`))).toBe(ours);
  });

  it('is written in place of what FreeSWITCH wrote, on its sound alone', () => {
    const answer = sdp('m=audio 4000 RTP/AVP 8', 'a=sendrecv', 'm=video 0 RTP/AVP 99');
    expect(withDirection(answer, 'recvonly')).toBe(
      sdp('m=audio 4000 RTP/AVP 8', 'a=recvonly', 'm=video 0 RTP/AVP 99'),
    );
  });

  it('is added where there was none', () => {
    expect(withDirection(sdp('m=audio 4000 RTP/AVP 8'), 'inactive')).toContain('a=inactive\r\n');
  });
});
