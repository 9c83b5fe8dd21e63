/** A picture in Y'CbCr 4:2:0, its planes as wide and high as whole macroblocks. */
import { macroblocksAcross, macroblocksDown, type PictureSize } from './parameter-sets.ts';

export interface Plane {
  readonly samples: Uint8Array;
  readonly stride: number;
}

export interface Picture {
  readonly size: PictureSize;
  readonly luma: Plane;
  readonly cb: Plane;
  readonly cr: Plane;
}

const plane = (stride: number, rows: number, value: number): Plane => ({
  samples: new Uint8Array(stride * rows).fill(value),
  stride,
});

/** All of one colour. */
export const createPicture = (
  size: PictureSize,
  colour: { readonly y: number; readonly cb: number; readonly cr: number },
): Picture => {
  const [across, down] = [macroblocksAcross(size), macroblocksDown(size)];
  return {
    size,
    luma: plane(16 * across, 16 * down, colour.y),
    cb: plane(8 * across, 8 * down, colour.cb),
    cr: plane(8 * across, 8 * down, colour.cr),
  };
};

/** A sample by which a picture is off is not seen. */
export const invisibleDifference = 1;

export const clip = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);
