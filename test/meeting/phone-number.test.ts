import { expect, test } from 'vitest';
import { numberForms, plainNumber } from '../../src/meeting/phone-number.ts';

test.each([
  ['+46 70-123 45 67', ['+46701234567', '46701234567', '0701234567']],
  ['004589100000', ['+4589100000', '4589100000', '089100000']],
  ['+12025550123', ['+12025550123', '12025550123', '02025550123']],
  ['+358401234567', ['+358401234567', '358401234567', '0401234567']],
  ['+4790012345', ['+4790012345', '4790012345', '090012345']],
  ['070-123 45 67', ['0701234567']],
])('%s may have come as %j', (number, forms) => {
  expect(numberForms(number)).toEqual(forms);
});

test('a number that is not whole stays as its digits', () => {
  expect(plainNumber('070-123 45 67')).toBe('0701234567');
  expect(plainNumber('(0046) 70 123 45 67')).toBe('+46701234567');
});
