/** Tags, branches and back-off times from one source of randomness, so that tests can seed it. */
export type RandomBytes = (size: number) => Uint8Array;

export interface Tokens {
  /** For tags, branches and our names of transactions: 96 random bits. RFC 3261 §19.3 */
  token(): string;
  /** A whole number from 0 up to, but not including, `below` (at most 2^31). */
  below(below: number): number;
}

export const createTokens = (random: RandomBytes): Tokens => ({
  token: () => Buffer.from(random(12)).toString('hex'),
  below: (below) => Buffer.from(random(4)).readUInt32BE() % below,
});
