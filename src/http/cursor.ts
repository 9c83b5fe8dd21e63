/** Opaque places in a list: the sort key of the last entry shown. New entries move nothing. */
import { ProblemError } from './problems.ts';

export const encodeCursor = (at: number, key: string): string =>
  Buffer.from(JSON.stringify([at, key])).toString('base64url');

/** Throws `request/invalid` for a text that no list gave out. */
export function decodeCursor(cursor: string): { readonly at: number; readonly key: string } {
  const parts = parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  const [at, key] = isList(parts) ? parts : [];
  if (typeof at === 'number' && typeof key === 'string') return { at, key };
  throw new ProblemError('request/invalid', {
    errors: [{ parameter: 'cursor', detail: 'must be the nextCursor of an earlier answer' }],
  });
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** From up to `limit + 1` found entries: the page, and the cursor where there are more. */
export function pageOf<Found, Item>(
  found: readonly Found[],
  limit: number,
  show: (entry: Found) => Item,
  cursorOf: (entry: Found) => string,
): { items: Item[]; nextCursor: string | null } {
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = found.length > limit && last !== undefined ? cursorOf(last) : null;
  return { items: shown.map(show), nextCursor };
}
