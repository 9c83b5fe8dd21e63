import { describe, expect, it } from 'vitest';
import { encodeIdrPicture } from '../../../src/cards/h264/idr-picture.ts';
import {
  pictureParameterSet,
  sequenceParameterSet,
  type PictureSize,
} from '../../../src/cards/h264/parameter-sets.ts';
import { createPicture, type Picture } from '../../../src/cards/h264/picture.ts';
import { skipPicture } from '../../../src/cards/h264/skip-picture.ts';
import { decodeH264, psnr } from '../../support/decode-h264.ts';

const parameterSets = (size: PictureSize) => [sequenceParameterSet(size, 5), pictureParameterSet()];

/** Random samples from a seed: every code word of CAVLC has its turn. */
const noise = (size: PictureSize, amount: number): Picture => {
  const picture = createPicture(size, { y: 128, cb: 128, cr: 128 });
  let seed = 1;
  for (const { samples } of [picture.luma, picture.cb, picture.cr]) {
    for (let at = 0; at < samples.length; at++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      samples[at] = 128 + ((seed >> 16) % 128) * amount;
    }
  }
  return picture;
};

describe('a picture encoded here and decoded by another', () => {
  it.each([
    { width: 176, height: 144, qp: 12, amount: 1, least: 45 },
    { width: 176, height: 144, qp: 26, amount: 0.5, least: 34 },
    { width: 320, height: 180, qp: 36, amount: 1, least: 24 },
    { width: 322, height: 182, qp: 44, amount: 0.3, least: 20 },
  ])(
    'is as drawn: noise of $amount at QP $qp, $width x $height',
    ({ qp, amount, least, ...size }) => {
      const picture = noise(size, amount);
      const nalUnits = [...parameterSets(size), ...encodeIdrPicture(picture, qp).slices(1)];
      const { pictures, complaints } = decodeH264(nalUnits, size);
      expect(complaints).toBe('');
      expect(pictures).toHaveLength(1);
      expect(psnr(pictures[0]!, picture.luma, size)).toBeGreaterThan(least);
    },
  );

  it('stands still through repeating pictures and is renewed by a second IDR picture', () => {
    const size = { width: 64, height: 48 };
    const picture = noise(size, 1);
    const idr = encodeIdrPicture(picture, 24);
    const { pictures, complaints } = decodeH264(
      [
        ...parameterSets(size),
        ...idr.slices(1),
        // More than frame_num counts to.
        ...Array.from({ length: 40 }, (_, at) => skipPicture(size, at + 1)),
        ...idr.slices(2),
        skipPicture(size, 1),
      ],
      size,
    );
    expect(complaints).toBe('');
    expect(pictures).toHaveLength(43);
    expect(new Set(pictures.map((luma) => Buffer.from(luma).toString('base64'))).size).toBe(1);
  });
});

it('a picture of one colour takes a few bytes', () => {
  const size = { width: 1280, height: 720 };
  const slices = encodeIdrPicture(createPicture(size, { y: 34, cb: 138, cr: 121 }), 28).slices(1);
  expect(slices.reduce((sum, slice) => sum + slice.length, 0)).toBeLessThan(5000);
});

it('every slice fits a packet, and none looks at another', () => {
  const size = { width: 176, height: 144 };
  const picture = noise(size, 1);
  const slices = encodeIdrPicture(picture, 20).slices(1);
  expect(slices.length).toBeGreaterThan(5);
  for (const slice of slices) expect(slice.length).toBeLessThan(1200);
  // Without the second slice the third is as it was: what follows does not come from what is lost.
  const whole = decodeH264([...parameterSets(size), ...slices], size).pictures[0]!;
  const torn = decodeH264([...parameterSets(size), ...slices.filter((_, at) => at !== 1)], size)
    .pictures[0]!;
  const lastRows = 176 * 16;
  expect(Buffer.from(torn.slice(-lastRows))).toEqual(Buffer.from(whole.slice(-lastRows)));
});

it('the same picture is encoded to the same bytes', () => {
  const size = { width: 64, height: 48 };
  expect(encodeIdrPicture(noise(size, 1), 28).slices(1)).toEqual(
    encodeIdrPicture(noise(size, 1), 28).slices(1),
  );
});
