import { expect, it } from 'vitest';
import { createBitWriter } from '../../../src/cards/h264/bit-writer.ts';
import { nalUnit } from '../../../src/cards/h264/nal-unit.ts';

const bitsOf = (write: (bits: ReturnType<typeof createBitWriter>) => void): string => {
  const bits = createBitWriter();
  write(bits);
  const text = [...bits.bytes()].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return text.slice(0, bits.bitLength());
};

// ITU-T H.264 Table 9-2
it.each([
  [0, '1'],
  [1, '010'],
  [2, '011'],
  [3, '00100'],
  [6, '00111'],
  [7, '0001000'],
])('ue(%i) is %s', (value, word) => {
  expect(
    bitsOf((bits) => {
      bits.ue(value);
    }),
  ).toBe(word);
});

// Table 9-3
it.each([
  [0, '1'],
  [1, '010'],
  [-1, '011'],
  [2, '00100'],
  [-2, '00101'],
])('se(%i) is %s', (value, word) => {
  expect(
    bitsOf((bits) => {
      bits.se(value);
    }),
  ).toBe(word);
});

it('what is cut off leaves no trace', () => {
  const text = bitsOf((bits) => {
    bits.u(3, 0b101);
    bits.u(13, 0x1fff);
    bits.cutTo(3);
    bits.u(9, 0);
  });
  expect(text).toBe('101000000000');
});

it('the bits of another come after', () => {
  const other = createBitWriter();
  other.u(11, 0b10110011101);
  const text = bitsOf((bits) => {
    bits.u(3, 0b001);
    bits.append(other);
  });
  expect(text).toBe('00110110011101');
});

it('a payload ends with a one and zeros up to the byte', () => {
  const bits = createBitWriter();
  bits.u(8, 0xff);
  expect(bits.rbsp().toString('hex')).toBe('ff80');
  bits.u(3, 0);
  expect(bits.rbsp().toString('hex')).toBe('ff10');
});

it('no start code can arise in a NAL unit', () => {
  const unit = nalUnit('slice', Buffer.from('0000000001000003000004', 'hex'));
  expect(unit.toString('hex')).toBe('6100000300000301000003030000' + '04');
});
