import { expect, test } from 'vitest';
import { infoDigit } from '../../../src/sip/dialog/info-digit.ts';

test('both bodies give the digit, however it is spaced or named', () => {
  const relay = (body: string) => infoDigit('application/dtmf-relay', Buffer.from(body));
  expect(relay('Signal=5\r\nDuration=160\r\n')).toBe('5');
  expect(relay('Signal= *\r\nDuration= 250\r\n')).toBe('*');
  expect(relay('Duration=100\nsignal=d')).toBe('D');
  expect(relay('Signal=11')).toBe('#');
  expect(infoDigit('application/dtmf', Buffer.from(' 7\r\n'))).toBe('7');
});

test('anything else gives none', () => {
  for (const body of ['', 'Signal=', 'Signal=16', 'Signal=E', 'Signal=55', 'Duration=1']) {
    expect(infoDigit('application/dtmf-relay', Buffer.from(body))).toBeUndefined();
  }
  expect(infoDigit('text/plain', Buffer.from('x'))).toBeUndefined();
});
