/**
 * Which numbers may be called from here, and how often: whoever gets hold of an API key must not be
 * able to sell calls to expensive numbers at our cost (toll fraud). Pure.
 */
export interface DialOutPolicy {
  /** E.164 beginnings such as +46; empty: no calls out at all. */
  readonly prefixes: readonly string[];
  readonly perHour: number;
  readonly perMeetingAndHour: number;
  readonly perNumberAndHour: number;
}

/** Premium rate, satellite and shared-revenue ranges: worth calling to those whom they pay. */
export const expensivePrefixes: readonly string[] = [
  ...['+870', '+878', '+881', '+882', '+883', '+888', '+979'],
  ...['+46900', '+46939', '+46944', '+4590', '+47820', '+47829', '+358600', '+358700'],
  ...['+4487', '+449', '+49900', '+49137', '+3389', '+1900', '+1976', '+3190', '+3906'],
];

/** E.164 with its plus, punctuation left out; undefined for what is no such number. */
export function dialableNumber(text: string): string | undefined {
  const compact = text.replaceAll(/[\s().-]/g, '').replace(/^00/, '+');
  return /^\+[1-9]\d{6,14}$/.test(compact) ? compact : undefined;
}

export const dialOutRefusals = ['off', 'number-not-allowed', 'too-many'] as const;
export type DialOutRefusal = (typeof dialOutRefusals)[number];

/** An expensive range is open only to a prefix that names it, not to one that merely contains it. */
export function isAllowed(number: string, prefixes: readonly string[]): boolean {
  const open = prefixes.filter((prefix) => number.startsWith(prefix));
  const dear = expensivePrefixes.find((prefix) => number.startsWith(prefix));
  return dear === undefined ? open.length > 0 : open.some((prefix) => prefix.startsWith(dear));
}

/** Why this number may not be called at all; undefined: it may. `number` as `dialableNumber` gives it. */
export function numberRefusal(
  policy: Pick<DialOutPolicy, 'prefixes'>,
  number: string,
): DialOutRefusal | undefined {
  if (policy.prefixes.length === 0) return 'off';
  return isAllowed(number, policy.prefixes) ? undefined : 'number-not-allowed';
}

/** A call out; the number in whatever form, always the same. */
export interface DialledCall {
  readonly number: string;
  readonly meeting: string;
}

/** Whether `call` would be one too many after those of the last hour. */
export function isOneTooMany(
  policy: Pick<DialOutPolicy, 'perHour' | 'perMeetingAndHour' | 'perNumberAndHour'>,
  lastHour: readonly DialledCall[],
  call: DialledCall,
): boolean {
  const count = (isSame: (other: DialledCall) => boolean) => lastHour.filter(isSame).length;
  return (
    lastHour.length >= policy.perHour ||
    count(({ meeting }) => meeting === call.meeting) >= policy.perMeetingAndHour ||
    count(({ number }) => number === call.number) >= policy.perNumberAndHour
  );
}
