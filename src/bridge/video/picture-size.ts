/** What a profile-level-id lets a picture be. H.264 table A-1 */

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Macroblocks of a picture (MaxFS) by level_idc; 9 is level 1b. */
const frameSizes: readonly (readonly [level: number, macroblocks: number])[] = [
  [51, 36_864],
  [50, 22_080],
  [42, 8_704],
  [40, 8_192],
  [32, 5_120],
  [31, 3_600],
  [22, 1_620],
  [21, 792],
  [11, 396],
  [0, 99],
];

/** Wide pictures, the largest first. */
const sizes: readonly PictureSize[] = [
  { width: 1920, height: 1080 },
  { width: 1280, height: 720 },
  { width: 960, height: 540 },
  { width: 640, height: 360 },
  { width: 320, height: 180 },
  { width: 160, height: 90 },
];

const macroblocksOf = ({ width, height }: PictureSize): number =>
  Math.ceil(width / 16) * Math.ceil(height / 16);

/** The largest usual 16:9 size within the level; six hex digits, RFC 6184 §8.1. 640 × 360 for what is none. */
export const sizeOfLevel = (profileLevelId: string): PictureSize => {
  const level = /^[0-9a-f]{6}$/iu.test(profileLevelId)
    ? Number.parseInt(profileLevelId.slice(4), 16)
    : 30;
  const most = frameSizes.find(([from]) => level >= from)?.[1] ?? 99;
  return sizes.find((size) => macroblocksOf(size) <= most) ?? { width: 160, height: 90 };
};
