/**
 * Passwords as scrypt hashes (RFC 7914), `scrypt$N$r$p$salt$key`. 32 MiB and some tens of
 * milliseconds each, on libuv's threads; only a few at a time, so that a flood of sign-ins takes
 * neither the memory nor the threads that the rest of the gateway needs.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export interface PasswordCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

export interface Passwords {
  hash(password: string): Promise<string>;
  /** `hash` undefined: takes as long, and is false. So the time does not tell which names exist. */
  verify(password: string, hash: string | undefined): Promise<boolean>;
}

const ordinaryCost: PasswordCost = { N: 32_768, r: 8, p: 3 };
const saltBytes = 16;
const keyBytes = 32;
const atOnce = 2;

export function createPasswords(cost: PasswordCost = ordinaryCost): Passwords {
  const queue: (() => void)[] = [];
  let running = 0;

  async function derive(password: string, salt: Buffer, by: PasswordCost): Promise<Buffer> {
    if (running >= atOnce) {
      await new Promise<void>((resolve) => {
        queue.push(resolve);
      });
    } else running += 1;
    try {
      return await new Promise((resolve, reject) => {
        const options = { ...by, maxmem: 256 * by.N * by.r };
        scrypt(password.normalize('NFC'), salt, keyBytes, options, (error, key) => {
          if (error === null) resolve(key);
          else reject(error);
        });
      });
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  const nobody = { salt: Buffer.alloc(saltBytes), key: Buffer.alloc(keyBytes), cost };

  return {
    async hash(password) {
      const salt = randomBytes(saltBytes);
      const key = await derive(password, salt, cost);
      const { N, r, p } = cost;
      return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
    },
    async verify(password, hash) {
      const stored = hash === undefined ? undefined : parse(hash);
      const against = stored ?? nobody;
      const key = await derive(password, against.salt, against.cost);
      return timingSafeEqual(key, against.key) && stored !== undefined;
    },
  };
}

function parse(hash: string): { salt: Buffer; key: Buffer; cost: PasswordCost } | undefined {
  const [scheme, N, r, p, salt = '', key = ''] = hash.split('$');
  const bytes = Buffer.from(key, 'base64url');
  if (scheme !== 'scrypt' || bytes.length !== keyBytes) return undefined;
  return {
    salt: Buffer.from(salt, 'base64url'),
    key: bytes,
    cost: { N: Number(N), r: Number(r), p: Number(p) },
  };
}
