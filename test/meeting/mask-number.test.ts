import { expect, test } from 'vitest';
import { maskNumber } from '../../src/meeting/mask-number.ts';

test.each([
  ['+46701234567', '+46•••••67'],
  ['+46 70-123 45 67', '+46•••••67'],
  ['0701234567', '•••••67'],
  ['12345', '•••••45'],
  ['+12345', '•••••45'],
  ['112', '•••••'],
  ['anna.svensson', '•••••'],
  ['', '•••••'],
])('%s is shown as %s', (number, shown) => {
  expect(maskNumber(number)).toBe(shown);
});
