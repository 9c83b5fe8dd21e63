/** DTMF digits in INFO bodies: `application/dtmf-relay` (Signal=5) and `application/dtmf` (5). */
const signals: ReadonlyMap<string, string> = new Map([
  ...'0123456789*#ABCD'.split('').map((digit) => [digit, digit] as const),
  // Event numbers of RFC 4733, which some devices send in place of the sign.
  ['10', '*'],
  ['11', '#'],
  ['12', 'A'],
  ['13', 'B'],
  ['14', 'C'],
  ['15', 'D'],
]);

export const dtmfMediaTypes: readonly string[] = ['application/dtmf-relay', 'application/dtmf'];

/** The digit, one of 0-9, *, #, A-D; undefined where the body holds none. */
export const infoDigit = (mediaType: string, body: Buffer): string | undefined => {
  const text = body.subarray(0, 256).toString('latin1');
  const signal =
    mediaType === 'application/dtmf-relay'
      ? /^[ \t]*signal[ \t]*=[ \t]*(\S+)/im.exec(text)?.[1]
      : text.trim();
  return signals.get((signal ?? '').toUpperCase());
};
