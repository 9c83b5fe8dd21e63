/**
 * Which numbers may be called from here, and how often: whoever gets hold of an API key must not be
 * able to sell calls to expensive numbers at our cost (toll fraud). Pure; counts are this node's.
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

export type DialOutRefusal = 'off' | 'number-not-allowed' | 'too-many';

export interface DialOutGate {
  /** Counts the call where it may be made. `number` as `dialableNumber` gives it. */
  take(now: number, number: string, meeting: string): DialOutRefusal | undefined;
}

const hourMs = 3_600_000;

/** An expensive range is open only to a prefix that names it, not to one that merely contains it. */
export function isAllowed(number: string, prefixes: readonly string[]): boolean {
  const open = prefixes.filter((prefix) => number.startsWith(prefix));
  const dear = expensivePrefixes.find((prefix) => number.startsWith(prefix));
  return dear === undefined ? open.length > 0 : open.some((prefix) => prefix.startsWith(dear));
}

export function createDialOutGate(policy: DialOutPolicy): DialOutGate {
  let calls: readonly { readonly at: number; readonly number: string; readonly meeting: string }[] =
    [];
  return {
    take(now, number, meeting) {
      if (policy.prefixes.length === 0) return 'off';
      if (!isAllowed(number, policy.prefixes)) return 'number-not-allowed';
      calls = calls.filter(({ at }) => now - at < hourMs);
      const toNumber = calls.filter((call) => call.number === number).length;
      const ofMeeting = calls.filter((call) => call.meeting === meeting).length;
      const isTooMany =
        calls.length >= policy.perHour ||
        ofMeeting >= policy.perMeetingAndHour ||
        toNumber >= policy.perNumberAndHour;
      if (isTooMany) return 'too-many';
      calls = [...calls, { at: now, number, meeting }];
      return undefined;
    },
  };
}
