/** Numbers as trunks and people write them. */

const compact = (number: string): string => number.replaceAll(/[\s().-]/g, '');

/** E.164 with +, or undefined for what is none: a national number says too little. */
export function normalisePhoneNumber(text: string): string | undefined {
  const number = compact(text).replace(/^00/, '+');
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
}

/** A trunk may hand over E.164 with + or without, 00 for +, or the national form with its one 0. */
export function isSameNumber(given: string, ours: string): boolean {
  const digits = compact(given);
  if (!/^\+?\d+$/.test(digits)) return false;
  const known = ours.replace(/^\+/, '');
  if (digits.replace(/^\+|^00/, '') === known) return true;
  const national = /^0([1-9]\d{5,})$/.exec(digits)?.[1];
  return national !== undefined && ours.startsWith('+') && known.endsWith(national);
}
