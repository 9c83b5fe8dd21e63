/** Cookies (RFC 6265), as few as we use. */

/** Cookies for this host alone: with `__Host-` the browser sees to that where it is https. */
export const cookieName = (name: string, secure: boolean): string =>
  secure ? `__Host-ringbro-${name}` : `ringbro-${name}`;

export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=');
    if (key === name) return value.join('=');
  }
  return undefined;
}

export interface CookieOptions {
  readonly secure: boolean;
  readonly sameSite: 'Strict' | 'Lax';
  /** 0: takes the cookie away. */
  readonly maxAgeS: number;
}

export const writeCookie = (name: string, value: string, options: CookieOptions): string =>
  [
    `${name}=${value}`,
    'Path=/',
    `Max-Age=${options.maxAgeS}`,
    'HttpOnly',
    `SameSite=${options.sameSite}`,
    ...(options.secure ? ['Secure'] : []),
  ].join('; ');
