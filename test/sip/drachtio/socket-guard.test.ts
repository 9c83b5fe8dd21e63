import { describe, expect, it } from 'vitest';
import { withoutBrokenHeaders } from '../../../src/sip/drachtio/socket-guard.ts';

const frame = (...lines: readonly string[]): string =>
  ['1|sip|network', 'INVITE sip:a@b SIP/2.0', ...lines].join('\r\n');

describe('a message for drachtio-srf', () => {
  it('loses the lines of its head that are no header field, folded ones excepted', () => {
    const message = frame(
      'To: <sip:a@b>',
      'no colon here',
      ' ;tag=1',
      ': no name',
      '',
      'body line',
    );
    expect(withoutBrokenHeaders(message)).toBe(frame('To: <sip:a@b>', ' ;tag=1', '', 'body line'));
  });

  it('is handed on as it was where nothing is wrong', () => {
    const message = frame('X-Odd!Name : 1', 'Via: x', '', 'v=0\r\n\r\nno colon either');
    expect(withoutBrokenHeaders(message)).toBe(message);
    expect(withoutBrokenHeaders('1|response|2|OK')).toBe('1|response|2|OK');
  });
});
