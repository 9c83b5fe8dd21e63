/**
 * Whether a stream is within what a decoder announced, by its sequence parameter set: H.264 annex A,
 * RFC 6184 Table 5.
 */

/** What a stream has more of than the decoder said that it takes. */
export type Excess = 'profile' | 'level';

type Profile = 'baseline' | 'constrained-high' | 'main' | 'high';

/**
 * Baseline counts as constrained baseline: what sets them apart (slice groups, slices out of order)
 * no encoder for calls uses, and many leave the flag out. Undefined: a profile that nobody announces here.
 */
const profileOf = (idc: number, constraints: number): Profile | undefined => {
  switch (idc) {
    case 66:
      return 'baseline';
    case 77:
      return (constraints & 0x80) === 0 ? 'main' : 'baseline';
    case 88:
      return (constraints & 0x80) === 0 ? undefined : 'baseline';
    case 100:
      return (constraints & 0x0c) === 0x0c ? 'constrained-high' : 'high';
    default:
      return undefined;
  }
};

/** The streams that a decoder of a profile takes. */
const taken: Readonly<Record<Profile, readonly Profile[]>> = {
  baseline: ['baseline'],
  main: ['baseline', 'main'],
  'constrained-high': ['baseline', 'constrained-high'],
  high: ['baseline', 'constrained-high', 'main', 'high'],
};

/** Ten times the level; 1b lies between 1 and 1.1, and is level 11 with a flag, or 9. §A.3.1 */
const levelOf = (idc: number, constraints: number, level: number): number => {
  const is1b = level === 9 || (level === 11 && idc < 100 && (constraints & 0x10) !== 0);
  return is1b ? 10.5 : level;
};

/**
 * Undefined: the stream fits. `sps`: a NAL unit, header byte and all; `profileLevelId`: six hex digits.
 * An SPS too short to read fits nobody.
 */
export const excessOf = (sps: Uint8Array, profileLevelId: string): Excess | undefined => {
  const [, idc = 0, constraints = 0, level = 255] = sps;
  const [ownIdc = 0, ownConstraints = 0, ownLevel = 0] = Buffer.from(profileLevelId, 'hex');
  const profile = profileOf(idc, constraints);
  const own = profileOf(ownIdc, ownConstraints) ?? 'baseline';
  if (profile === undefined || !taken[own].includes(profile)) return 'profile';
  const isAbove = levelOf(idc, constraints, level) > levelOf(ownIdc, ownConstraints, ownLevel);
  return isAbove ? 'level' : undefined;
};
