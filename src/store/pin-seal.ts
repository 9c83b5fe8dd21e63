/**
 * What the database must not tell by itself (PINs, invitees, callers' numbers) is sealed (AES-256-GCM)
 * with a secret that is kept outside it, so that the database alone, or a backup of it, opens no
 * meeting. Not a hash: with the secret a hash of four digits is found at once anyway, and the
 * invitation has to be able to say the PIN again.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { secretList } from './secret-list.ts';
import { StoreError } from './store-error.ts';

export interface PinSeal {
  /** `context` (which PIN of which meeting) is bound in: a sealed PIN cannot be moved to another row. */
  seal(pin: string, context: string): string;
  /** Throws `store/unreadable-pin` for another secret, another context or damage. */
  open(sealed: string, context: string): string;
  /** By the secret that seals now: nothing is to be done when the former ones go. */
  isCurrent(sealed: string): boolean;
}

const ivBytes = 12;
const tagBytes = 16;
const keyIdCharacters = 6;

interface SealKey {
  readonly keyId: string;
  readonly key: Uint8Array;
}

function sealKey(secret: string): SealKey {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'ringbro pin seal', 32));
  const keyId = createHash('sha256').update('key id').update(key).digest('base64url');
  return { keyId: keyId.slice(0, keyIdCharacters), key };
}

/**
 * Sealed: `{key ID}.{IV, tag and text in base64url}`; without a key ID in what was sealed when there
 * was but one key.
 * @param secrets text with at least 256 random bits, the same on all nodes that share the store;
 * several with commas: the first seals, the others only open.
 */
export function createPinSeal(secrets: string): PinSeal {
  const [first, ...former] = secretList(secrets);
  const current = sealKey(first);
  const keys = [current, ...former.map(sealKey)];
  return {
    isCurrent: (sealed) => sealed.startsWith(`${current.keyId}.`),
    seal(pin, context) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(pin, 'utf8'), cipher.final()]);
      const bytes = Buffer.concat([iv, cipher.getAuthTag(), text]);
      return `${current.keyId}.${bytes.toString('base64url')}`;
    },
    open(sealed, context) {
      const [keyId, named] = sealed.split('.');
      const bytes = Buffer.from(named ?? sealed, 'base64url');
      let cause: unknown;
      for (const each of keys) {
        if (named !== undefined && each.keyId !== keyId) continue;
        try {
          return opened(bytes, each.key, context);
        } catch (error) {
          cause = error;
        }
      }
      throw new StoreError('store/unreadable-pin', 'a PIN cannot be read with this secret', {
        cause,
      });
    },
  };
}

/** Throws for another key or context, and for damage. */
function opened(bytes: Buffer, key: Uint8Array, context: string): string {
  const tag = bytes.subarray(ivBytes, ivBytes + tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.from(context))
    .setAuthTag(tag);
  const text = decipher.update(bytes.subarray(ivBytes + tagBytes));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}
