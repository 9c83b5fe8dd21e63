/** What the room systems of the bench show: a moving test picture in H.264, encoded once and sent by all. */
import { execFileSync } from 'node:child_process';
import { packetize } from '../../src/bridge/video/h264-packetizer.ts';
import { nalTypes } from '../../src/bridge/video/h264-payload.ts';

export interface Film {
  /** The payloads of each picture, packetization mode 1; the first picture is an IDR with its parameter sets. */
  readonly pictures: readonly (readonly Buffer[])[];
  readonly picturesPerSecond: number;
  readonly kbps: number;
}

const picturesPerSecond = 30;
const seconds = 8;
const accessUnitDelimiter = 9;
const supplementalInformation = 6;

/** Constrained baseline at level 3.1, as room systems send it at 720p. */
const encode = (kbps: number): Buffer => {
  const source = `testsrc2=size=1280x720:rate=${picturesPerSecond}`;
  const rate = ['-b:v', `${kbps}k`, '-maxrate', `${kbps}k`, '-bufsize', `${kbps / 2}k`];
  // One slice a picture and a key frame where somebody asks, that is at the beginning of the film, alone.
  const keys = `keyint=${picturesPerSecond * seconds}:scenecut=0:sliced-threads=0:aud=1`;
  const coding = ['-profile:v', 'baseline', '-level', '3.1', '-preset', 'veryfast'];
  return execFileSync(
    'ffmpeg',
    [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', source, '-t', String(seconds)],
      ...['-c:v', 'libx264', ...coding, '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', ...rate],
      ...['-x264-params', keys, '-f', 'h264', '-'],
    ],
    { maxBuffer: 64e6 },
  );
};

/** The NAL units of a byte stream. H.264 annex B */
const unitsOf = (stream: Buffer): readonly Buffer[] => {
  const starts: number[] = [];
  for (let at = stream.indexOf('\0\0\u0001'); at >= 0; at = stream.indexOf('\0\0\u0001', at + 3))
    starts.push(at);
  return starts.map((start, nth) => {
    let end = starts[nth + 1] ?? stream.length;
    // A start code of four bytes begins with one more zero.
    while (end > start + 3 && stream[end - 1] === 0) end -= 1;
    return stream.subarray(start + 3, end);
  });
};

const typeOf = (unit: Buffer): number => unit.readUInt8(0) & 0x1f;

export const makeFilm = (kbps: number): Film => {
  const pictures: Buffer[][] = [];
  for (const unit of unitsOf(encode(kbps))) {
    if (typeOf(unit) === accessUnitDelimiter) pictures.push([]);
    else if (typeOf(unit) !== supplementalInformation) pictures.at(-1)?.push(unit);
  }
  const bytes = pictures.flat().reduce((sum, unit) => sum + unit.length, 0);
  return {
    pictures: pictures.map((units) => packetize(units, 1)),
    picturesPerSecond,
    kbps: Math.round((bytes * 8) / seconds / 1000),
  };
};

/** Whether a payload belongs to the film: its parameter sets are not those of our cards. */
export const isSpsOf = (film: Film, payload: Buffer): boolean => {
  const sps = film.pictures[0]?.find((unit) => typeOf(unit) === nalTypes.sps);
  if (sps === undefined) return false;
  if (typeOf(payload) === nalTypes.sps) return payload.equals(sps);
  // In one packet with others, behind its length.
  return typeOf(payload) === nalTypes.stapA && payload.includes(sps);
};
