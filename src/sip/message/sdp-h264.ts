/** H.264 in SDP: its formats read, and one of them chosen. RFC 6184 §8 */
import { attributes } from './sdp-sections.ts';
import type { SdpMedia } from './sdp-document.ts';

/** One payload type of H.264 with its parameters. */
export interface H264Format {
  readonly payloadType: number;
  /** What the packets are made of: 0, single NAL units; 1, also STAP-A and FU-A. */
  readonly packetizationMode: 0 | 1;
  /** Six lower-case hex digits: profile_idc, profile-iop, level_idc. */
  readonly profileLevelId: string;
  /** Each side may have a level of its own. */
  readonly hasOwnLevels: boolean;
  /** SPS and PPS, NAL units without start codes. */
  readonly parameterSets: readonly Uint8Array[];
  /** Macroblocks a second and a picture beyond the level, where the other side shows more. */
  readonly maxMbps: number;
  readonly maxFs: number;
}

/** What is meant where nothing is said: baseline, level 1. RFC 6184 §8.1 */
const unsaid = '42000a';

/** The H.264 formats that we can carry, in the order of the m-line. */
export const h264Formats = (media: SdpMedia): readonly H264Format[] => {
  const parameters = parametersOf(media);
  return media.formats.flatMap((format) => {
    const payloadType = /^(?:0|[1-9][0-9]{0,2})$/.test(format) ? Number(format) : 128;
    const mapping = media.mappings.get(payloadType);
    const isH264 = mapping?.codec === 'H264' && mapping.clockRateHz === 90_000;
    const read = readFormat(payloadType, parameters.get(payloadType) ?? '');
    // Interleaved mode has a decoding order of its own, which nothing behind us follows.
    return isH264 && payloadType < 128 && read !== undefined ? [read] : [];
  });
};

const parametersOf = (media: SdpMedia): ReadonlyMap<number, string> =>
  new Map(
    attributes(media.lines, 'fmtp').flatMap((value) => {
      const [, payloadType, text = ''] = /^([0-9]{1,3}) +(.*)$/.exec(value) ?? [];
      return payloadType === undefined ? [] : [[Number(payloadType), text] as const];
    }),
  );

const readFormat = (payloadType: number, text: string): H264Format | undefined => {
  const parameters = new Map(
    text.split(';').map((each) => {
      const [name = '', ...value] = each.split('=');
      // Base64 ends with the sign that a value begins with.
      return [name.trim().toLowerCase(), value.join('=').trim()] as const;
    }),
  );
  const mode = parameters.get('packetization-mode') ?? '0';
  if (mode !== '0' && mode !== '1') return undefined;
  const profileLevelId = (parameters.get('profile-level-id') ?? unsaid).toLowerCase();
  if (!/^[0-9a-f]{6}$/.test(profileLevelId) || profileRank(profileLevelId) === undefined)
    return undefined;
  return {
    payloadType,
    packetizationMode: mode === '1' ? 1 : 0,
    profileLevelId,
    hasOwnLevels: parameters.get('level-asymmetry-allowed') === '1',
    parameterSets: readParameterSets(parameters.get('sprop-parameter-sets') ?? ''),
    maxMbps: countOf(parameters.get('max-mbps')),
    maxFs: countOf(parameters.get('max-fs')),
  };
};

const countOf = (text = ''): number => (/^[0-9]{1,9}$/.test(text) ? Number(text) : 0);

/** More than a device has; each is some tens of bytes. */
const maxParameterSets = 8;
const maxParameterSetBytes = 512;

const readParameterSets = (text: string): readonly Uint8Array[] =>
  text
    .split(',')
    .slice(0, maxParameterSets)
    .map((each) => Uint8Array.from(Buffer.from(each.trim(), 'base64')))
    .filter(({ length }) => length >= 2 && length <= maxParameterSetBytes)
    .filter(([header = 0]) => (header & 0x1f) === 7 || (header & 0x1f) === 8);

/**
 * The profile as RFC 6184 Table 5 reads it, the best common ground first; undefined: more than a
 * browser shows (extended, 4:2:2, 10 bits).
 */
const profileRank = (profileLevelId: string): number | undefined => {
  const idc = profileLevelId.slice(0, 2);
  const iop = Number.parseInt(profileLevelId.slice(2, 4), 16);
  const [isSet0, isSet1] = [(iop & 0x80) !== 0, (iop & 0x40) !== 0];
  switch (idc) {
    case '42':
      return isSet1 ? ranks.constrainedBaseline : ranks.baseline;
    case '4d':
      return isSet0 ? ranks.constrainedBaseline : ranks.main;
    case '58':
      if (isSet0 && isSet1) return ranks.constrainedBaseline;
      return isSet0 ? ranks.baseline : undefined;
    case '64':
      return (iop & 0x0c) === 0x0c ? ranks.constrainedHigh : ranks.high;
    default:
      return undefined;
  }
};

const ranks = { constrainedBaseline: 0, baseline: 1, constrainedHigh: 2, main: 3, high: 4 };

const isSameKind = (one: H264Format, other: Omit<H264InUse, 'payloadType'>): boolean =>
  one.packetizationMode === other.packetizationMode &&
  one.profileLevelId.slice(0, 4) === other.profileLevelId.slice(0, 4);

export type H264InUse = Pick<H264Format, 'payloadType' | 'packetizationMode' | 'profileLevelId'>;

/**
 * Mode 1 before mode 0, then what every decoder knows, then the order of the offer; what is in use
 * stays. The profile of an answer is that of the offer: constrained baseline is part of all of them.
 */
export const chooseH264 = (
  formats: readonly H264Format[],
  inUse: H264InUse | undefined,
): H264Format | undefined => {
  const kept =
    inUse &&
    formats.find((each) => each.payloadType === inUse.payloadType && isSameKind(each, inUse));
  const order = (each: H264Format): number =>
    (profileRank(each.profileLevelId) ?? 0) - 10 * each.packetizationMode;
  return kept ?? formats.toSorted((one, other) => order(one) - order(other))[0];
};

/** level_idc, macroblocks a second, macroblocks a picture. ITU-T H.264 Table A-1 */
const levels: readonly (readonly [idc: number, maxMbps: number, maxFs: number])[] = [
  [10, 1485, 99],
  [11, 3000, 396],
  [12, 6000, 396],
  [13, 11_880, 396],
  [20, 11_880, 396],
  [21, 19_800, 792],
  [22, 20_250, 1620],
  [30, 40_500, 1620],
  [31, 108_000, 3600],
  [32, 216_000, 5120],
  [40, 245_760, 8192],
  [41, 245_760, 8192],
  [42, 522_240, 8704],
  [50, 589_824, 22_080],
  [51, 983_040, 36_864],
  [52, 2_073_600, 36_864],
];

/** What the other side shows: its level, or a higher one that max-mbps and max-fs reach. RFC 6184 §8.1 */
export const shownProfileLevelId = ({ profileLevelId, maxMbps, maxFs }: H264Format): string => {
  const said = Number.parseInt(profileLevelId.slice(4), 16);
  const own = levels.find(([idc]) => idc === said);
  if (own === undefined) return profileLevelId;
  const top = levels.findLast(
    ([, mbps, fs]) => mbps <= Math.max(own[1], maxMbps) && fs <= Math.max(own[2], maxFs),
  );
  // Of levels that differ in bit rates alone the lower one is meant.
  const reached = levels.find(([, mbps, fs]) => mbps === top?.[1] && fs === top[2]);
  const level = Math.max(said, reached?.[0] ?? said);
  return profileLevelId.slice(0, 4) + level.toString(16).padStart(2, '0');
};

/** Constrained baseline, level 3.1: 720p, what browsers offer, and what we ask for. */
const ourProfileLevelId = '42e01f';

/**
 * What we say of ourselves beside the other side's profile: our level where each side may have its
 * own; otherwise the offered one, which holds both ways. RFC 6184 §8.2.2
 */
export const takenProfileLevelId = ({ profileLevelId, hasOwnLevels }: H264Format): string =>
  hasOwnLevels ? profileLevelId.slice(0, 4) + ourProfileLevelId.slice(4) : profileLevelId;

/** Of our offers, the better one first. */
export const ourFormats: readonly H264InUse[] = [
  { payloadType: 97, packetizationMode: 1, profileLevelId: ourProfileLevelId },
  { payloadType: 98, packetizationMode: 0, profileLevelId: ourProfileLevelId },
];

/** What stands behind `a=fmtp:` and its payload type. */
export const h264Parameters = (
  { packetizationMode, profileLevelId }: H264InUse,
  hasOwnLevels: boolean,
): string =>
  [
    `profile-level-id=${profileLevelId}`,
    `packetization-mode=${packetizationMode}`,
    ...(hasOwnLevels ? ['level-asymmetry-allowed=1'] : []),
  ].join(';');
