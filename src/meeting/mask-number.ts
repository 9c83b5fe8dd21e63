const hidden = '•••••';

/**
 * A caller's number as others may see it: country and last two digits, `+46•••••67`. The dots are
 * always five, so that the length tells nothing. What is not a number is hidden whole.
 */
export function maskNumber(number: string): string {
  const digits = number.replaceAll(/[\s()./-]/g, '');
  if (!/^\+?\d{5,20}$/.test(digits)) return hidden;
  const end = digits.slice(-2);
  return digits.startsWith('+') && digits.length >= 9
    ? `${digits.slice(0, 3)}${hidden}${end}`
    : `${hidden}${end}`;
}
