/** Keys and cookies: made at random, known by their hash. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits: a fast hash is enough, there is nothing to guess. */
export const newSecret = (prefix = ''): string =>
  `${prefix}${randomBytes(32).toString('base64url')}`;

export const newId = (prefix: string): string =>
  `${prefix}_${randomBytes(9).toString('base64url')}`;

export const hashSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url');

/** The time taken tells nothing about either. */
export function sameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
