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

/** As a number is hashed: E.164 where it is that, else its digits as they came. */
export const plainNumber = (given: string): string => normalisePhoneNumber(given) ?? compact(given);

/** Country calling codes of two digits (ITU-T E.164); 1 and 7 are alone, all others have three. */
const twoDigitCodes = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

const countryCodeLength = (digits: string): number => {
  if (/^[17]/.test(digits)) return 1;
  return twoDigitCodes.test(digits) ? 2 : 3;
};

/** How trunks may have handed over this number: E.164 with + and without, and national with its 0. */
export function numberForms(number: string): readonly [string, ...string[]] {
  const whole = normalisePhoneNumber(number);
  if (whole === undefined) return [compact(number)];
  const digits = whole.slice(1);
  return [whole, digits, `0${digits.slice(countryCodeLength(digits))}`];
}
