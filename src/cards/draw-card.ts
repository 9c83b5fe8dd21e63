/** A card as a picture: light words on a dark ground, a coloured bar beside them. */
import type { Card } from '../call/ports/media.ts';
import { layOutCard, type CardLayout } from './card-layout.ts';
import type { PictureSize } from './h264/parameter-sets.ts';
import { createPicture, type Picture } from './h264/picture.ts';
import type { Lettering } from './lettering.ts';

/**
 * Y'CbCr in the range of television. Words and ground have one hue: the colour planes stay flat,
 * which spares a third of the bytes.
 */
const ground = { y: 34, cb: 138, cr: 121 };
const inks = { heading: 232, line: 212 } as const;
const bar = { y: 150, cb: 116, cr: 90 };

const fillBar = (picture: Picture, { left, top, bottom }: CardLayout): void => {
  const width = Math.max(4, Math.round(left / 10)) & ~1;
  const x = Math.round(left / 2) & ~1;
  const [from, to] = [Math.floor(top) & ~1, Math.ceil(bottom) & ~1];
  const fill = (plane: Picture['luma'], scale: number, value: number): void => {
    for (let row = from / scale; row < to / scale; row++) {
      const at = row * plane.stride + x / scale;
      plane.samples.fill(value, at, at + width / scale);
    }
  };
  fill(picture.luma, 1, bar.y);
  fill(picture.cb, 2, bar.cb);
  fill(picture.cr, 2, bar.cr);
};

export const drawCard = (card: Card, size: PictureSize, lettering: Lettering): Picture => {
  const picture = createPicture(size, ground);
  const { samples, stride } = picture.luma;
  const layout = layOutCard(card, size, lettering.widthOf);
  fillBar(picture, layout);
  for (const { text, size: letterSize, x, baseline, role } of layout.lines) {
    const ink = inks[role];
    lettering.draw(text, letterSize, x, baseline, (bitmap, left, top) => {
      bitmap.coverage.forEach((coverage, at) => {
        const column = left + (at % bitmap.width);
        const row = top + Math.floor(at / bitmap.width);
        if (coverage === 0 || column < 0 || column >= size.width) return;
        if (row < 0 || row >= size.height) return;
        const under = samples[row * stride + column] ?? ground.y;
        samples[row * stride + column] = Math.round(under + (ink - under) * coverage);
      });
    });
  }
  return picture;
};
