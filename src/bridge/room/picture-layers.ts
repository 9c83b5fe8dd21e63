import type { PictureLayer, PictureQuality } from './picture-signal.ts';

/** What of a track is wanted at most. */
export interface PictureWant {
  readonly width: number;
  readonly height: number;
  readonly maxBitrateKbps: number;
}

/** What of several tracks is wanted at most. */
export interface WatchWant extends PictureWant {
  /** Of tracks with a size of their own, by their keys. */
  readonly sizes?: ReadonlyMap<number, Pick<PictureWant, 'width' | 'height'>> | undefined;
}

const order: Readonly<Record<PictureQuality, number>> = { low: 0, medium: 1, high: 2 };
/**
 * What H.264 of a camera takes a second, in bits a pixel of its picture, at 30 frames a second: about
 * what LiveKit's clients publish (1.7 Mbit/s at 1280x720, 450 kbit/s at 640x360).
 */
const bitsAPixel = 1.9;

const kbpsOf = ({ width, height, bitrateKbps }: PictureLayer): number =>
  bitrateKbps > 0 ? bitrateKbps : (width * height * bitsAPixel) / 1000;

/**
 * The best layer within what is wanted; the least where none is. A picture may be larger than wanted by
 * a tenth (1088 lines for 1080), and may stand upright. Undefined where the layers are not known.
 */
export const chooseLayer = (
  layers: readonly PictureLayer[],
  want: PictureWant,
): PictureQuality | undefined => {
  const rising = layers.toSorted((one, other) => order[one.quality] - order[other.quality]);
  const longer = Math.max(want.width, want.height) * 1.1;
  const shorter = Math.min(want.width, want.height) * 1.1;
  const fitting = rising.filter((layer) => {
    const { width, height } = layer;
    const fits = Math.max(width, height) <= longer && Math.min(width, height) <= shorter;
    return fits && kbpsOf(layer) <= want.maxBitrateKbps;
  });
  return (fitting.at(-1) ?? rising[0])?.quality;
};
