/** Left unused at a token's end, so that it does not run out on the way. */
const marginMs = 5_000;

/**
 * When a token (JWT, RFC 7519) is no longer worth presenting, epoch milliseconds. Infinity for one
 * that does not say: the server will.
 */
export const tokenExpiresAt = (token: string): number => {
  try {
    const [, payload = ''] = token.split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return Infinity;
    return typeof claims.exp === 'number' ? claims.exp * 1000 - marginMs : Infinity;
  } catch {
    return Infinity;
  }
};
