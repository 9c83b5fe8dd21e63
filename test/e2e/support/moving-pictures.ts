/** What is shown in tests, on both sides, and how it is known again when it was decoded. */
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { SeenPicture } from '../../support/witness.ts';
import type { Baresip } from './baresip.ts';

/** Of a quarter of the film each, from the top left. */
const lumas = [210, 120, 60, 170];
const filmSize = { width: 320, height: 240 };

/** A film for a room's camera: four grey quarters, and in their middle a white square that comes and goes. */
export const makeFilm = (file: string): void => {
  const half = `${filmSize.width / 2}x${filmSize.height / 2}`;
  const grey = (luma: number) => `color=c=0x${luma.toString(16).repeat(3)}:s=${half}:r=15:d=60`;
  const [a = 0, b = 0, c = 0, d = 0] = lumas;
  const graph =
    `${grey(a)}[a];${grey(b)}[b];${grey(c)}[c];${grey(d)}[d];[a][b]hstack[t];[c][d]hstack[u];` +
    "[t][u]vstack,drawbox=x=140:y=100:w=40:h=40:color=white:t=fill:enable='lt(mod(t,1),0.5)'";
  const input = ['-loglevel', 'error', '-y', '-f', 'lavfi', '-i', graph];
  const output = ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p', file];
  const made = spawnSync('ffmpeg', [...input, ...output], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
};

const meanLuma = (
  { luma, width }: SeenPicture,
  left: number,
  top: number,
  side: number,
): number => {
  let sum = 0;
  for (let y = top; y < top + side; y++)
    for (let x = left; x < left + side; x++) sum += luma[y * width + x] ?? 0;
  return sum / side ** 2;
};

/** Whether the picture is one of the film: its quarters in their order, whatever their range. */
export const isOfTheFilm = (picture: SeenPicture): boolean => {
  if (picture.width !== filmSize.width || picture.height !== filmSize.height) return false;
  const corners = [
    meanLuma(picture, 16, 16, 64),
    meanLuma(picture, 240, 16, 64),
    meanLuma(picture, 16, 160, 64),
    meanLuma(picture, 240, 160, 64),
  ];
  return corners.every((mean, corner) => Math.abs(mean - (lumas[corner] ?? 0)) < 25);
};

export const isSquareThere = (picture: SeenPicture): boolean =>
  meanLuma(picture, 146, 106, 28) > 225;

const run = promisify(execFile);

/** A snapshot of a device's screen in this format of pixels; witnesses go on speaking meanwhile. */
const snapshot = async (of: Baresip, format: 'gray' | 'rgb24') => {
  const file = await of.screen();
  if (file === undefined) return undefined;
  const args = ['-loglevel', 'error', '-i', file, '-pix_fmt', format, '-f', 'rawvideo', '-'];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 32e6 });
  const header = await readFile(file);
  return { width: header.readUInt32BE(16), height: header.readUInt32BE(20), pixels: stdout };
};

/** What is on a device's screen, as its own decoder has it. */
export const screenOf = async (of: Baresip): Promise<SeenPicture | undefined> => {
  const taken = await snapshot(of, 'gray');
  if (taken === undefined) return undefined;
  const { width, height, pixels } = taken;
  return pixels.length === width * height ? { width, height, luma: pixels } : undefined;
};

/** In the middle of each quarter of a device's screen, from the top left: red, green, blue. */
export const quartersOnScreen = async (
  of: Baresip,
): Promise<readonly (readonly number[])[] | undefined> => {
  const taken = await snapshot(of, 'rgb24');
  if (taken === undefined) return undefined;
  const { width, height, pixels } = taken;
  return [0, 1, 2, 3].map((quarter) => {
    const x = Math.floor(width * (quarter % 2 === 0 ? 0.25 : 0.75));
    const y = Math.floor(height * (quarter < 2 ? 0.25 : 0.75));
    return [...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
  });
};

/**
 * Where the bar of a witness on a `ground` of this luma stands, as a share of the width; undefined: this is
 * not its picture.
 */
export const barIn = ({ luma, width, height }: SeenPicture, ground = 128): number | undefined => {
  const row = luma.subarray((height >> 1) * width, (height >> 1) * width + width);
  const bright = [...row.keys()].filter((x) => (row[x] ?? 0) > 200);
  const grounded = row.filter((value) => Math.abs(value - ground) < 24).length;
  const [first, last] = [bright[0], bright.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const isBar = last - first < width / 12 && grounded + bright.length > 0.9 * width;
  return isBar ? first / width : undefined;
};

/** Light words on a dark ground. */
export const isCard = ({ luma }: SeenPicture): boolean => {
  const dark = luma.filter((value) => value < 70).length / luma.length;
  const light = luma.filter((value) => value > 180).length / luma.length;
  return dark > 0.7 && light > 0.01;
};
