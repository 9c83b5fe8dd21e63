/** Two seconds at 16 kHz that take G.722 everywhere: tones, a sweep, noise, full scale, silence. */
import { gaussianNoise } from '../../support/sounds.ts';

const rateHz = 16_000;
const stretch = rateHz / 4;
const clipped = (value: number): number => Math.max(-32_768, Math.min(32_767, Math.round(value)));

const stretches: readonly ((seconds: number, i: number) => number)[] = [
  (t) => 12_000 * Math.sin(2 * Math.PI * 440 * t),
  (t) => 6000 * Math.sin(2 * Math.PI * 900 * t) + 4000 * Math.sin(2 * Math.PI * 5200 * t),
  // 50 Hz to 7.9 kHz
  (t) => 15_000 * Math.sin(2 * Math.PI * (50 * t + 15_700 * t * t)),
  (_, i) => noise[i] ?? 0,
  (t) => (Math.sin(2 * Math.PI * 200 * t) < 0 ? -32_768 : 32_767),
  () => 0,
  (_, i) => (noise[i] ?? 0) / 100,
  (t) => 32_767 * Math.sin(2 * Math.PI * 3900 * t),
];
const noise = gaussianNoise(stretch, 12_000, 722);

export const g722TestSound = (): Int16Array =>
  Int16Array.from({ length: stretch * stretches.length }, (_, at) =>
    clipped(stretches[Math.floor(at / stretch)]?.((at % stretch) / rateHz, at % stretch) ?? 0),
  );

/**
 * SHA-256 of what ffmpeg 5.1 makes of it, and of what it decodes that to: `ffmpeg -f s16le -ar 16000 -ac 1
 * -i sound.raw -c:a g722 -f g722 coded.g722`, `ffmpeg -f g722 -i coded.g722 -f s16le decoded.raw`.
 */
export const g722Digests = {
  coded: 'acb21bf15c34f92e19fbf98cbd7e603be5c3d1c9662a3ec6d6a96c1e549a9831',
  decoded: '6730f6ec4b6c635fca67be8c2aa19a0a053302c84a03098c7360882ea9c606ba',
} as const;
