/** How ffmpeg (5.1 or later) is asked to turn pictures of a browser into H.264 for video rooms. */
import type { PictureDimensions } from './picture-format.ts';

/** What every video room takes: level 3.1 at 30 pictures a second. Smaller ones get a lower level. */
export const largestPicture: PictureDimensions = { width: 1280, height: 720 };
export const transcodedKbps = 1200;
const keyFrameEveryPictures = 90;
/** A stream that claims to be larger is not decoded: 4K. */
const mostPixels = 3840 * 2160;

/** Within the bounds at the same shape, and of even sides. */
export const fittingSize = (
  { width, height }: PictureDimensions,
  bounds: PictureDimensions,
): PictureDimensions => {
  const scale = Math.min(1, bounds.width / width, bounds.height / height);
  const even = (length: number): number => Math.max(16, 2 * Math.round((length * scale) / 2));
  return { width: even(width), height: even(height) };
};

/**
 * IVF on standard input, FLV on standard output, and nothing else of the world: the one protocol is
 * `pipe`. A key frame that comes in is one that goes out, which is how one is asked for. A picture that
 * changes its size is fitted into the first one's.
 */
export const transcodeArguments = ({ width, height }: PictureDimensions): readonly string[] => {
  const size = `${width}:${height}`;
  const fit = `scale=${size}:force_original_aspect_ratio=decrease,pad=${size}:-1:-1,setsar=1,format=yuv420p`;
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
  // Without these it reads some seconds before it begins; more threads would hold pictures back.
  const promptly = ['-flags', 'low_delay', '-probesize', '32', '-analyzeduration', '1'];
  const input = ['-fpsprobesize', '0', '-threads', '1', '-max_pixels', String(mostPixels)];
  const picturesOnly = ['-an', '-sn', '-dn', '-vf', fit, '-fps_mode', 'passthrough'];
  // The rate is what the encoder reckons with; times stay those of the pictures.
  const rate = ['-r', '30', '-enc_time_base', '1:1000'];
  const coder = [
    '-c:v',
    'libx264',
    '-preset',
    'superfast',
    '-tune',
    'zerolatency',
    '-threads',
    '2',
  ];
  const profile = ['-profile:v', 'baseline'];
  const most = `${transcodedKbps}k`;
  const bits = ['-b:v', most, '-maxrate', most, '-bufsize', `${transcodedKbps / 2}k`];
  const keys = [
    '-g',
    String(keyFrameEveryPictures),
    '-force_key_frames',
    'source',
    '-forced-idr',
    '1',
  ];
  return [
    ...quiet,
    ...['-protocol_whitelist', 'pipe', ...promptly, ...input, '-f', 'ivf', '-i', 'pipe:0'],
    ...[...picturesOnly, ...rate, ...coder, ...profile, ...bits, ...keys],
    ...['-flush_packets', '1', '-flvflags', 'no_duration_filesize', '-f', 'flv', 'pipe:1'],
  ];
};
