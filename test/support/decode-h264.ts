/** What ffmpeg, a decoder of others, makes of NAL units. */
import { spawnSync } from 'node:child_process';
import type { PictureSize } from '../../src/cards/h264/parameter-sets.ts';

export interface Decoded {
  /** The luma of each picture, without the cropped part. */
  readonly pictures: readonly Uint8Array[];
  /** What the decoder complained about; empty where nothing is wrong. */
  readonly complaints: string;
}

const startCode = Buffer.from([0, 0, 0, 1]);

/** Byte stream format, H.264 annex B. */
export const byteStream = (nalUnits: readonly Buffer[]): Buffer =>
  Buffer.concat(nalUnits.flatMap((unit) => [startCode, unit]));

export const decodeH264 = (
  nalUnits: readonly Buffer[],
  { width, height }: PictureSize,
): Decoded => {
  const args = '-v warning -f h264 -i - -fps_mode passthrough -f rawvideo -pix_fmt yuv420p -';
  const { stdout, stderr, error } = spawnSync('ffmpeg', args.split(' '), {
    input: byteStream(nalUnits),
    maxBuffer: 1e9,
  });
  if (error !== undefined) throw error;
  const bytes = width * height * 1.5;
  return {
    pictures: Array.from({ length: Math.floor(stdout.length / bytes) }, (_, at) =>
      stdout.subarray(at * bytes, at * bytes + width * height),
    ),
    complaints: stderr.toString(),
  };
};

/** Peak signal to noise ratio of the luma, dB. */
export const psnr = (
  decoded: Uint8Array,
  wanted: { readonly samples: Uint8Array; readonly stride: number },
  { width, height }: PictureSize,
): number => {
  let squares = 0;
  for (let at = 0; at < width * height; at++) {
    const sample = wanted.samples[Math.floor(at / width) * wanted.stride + (at % width)]!;
    squares += (decoded[at]! - sample) ** 2;
  }
  return 10 * Math.log10(255 ** 2 / (squares / (width * height)));
};
