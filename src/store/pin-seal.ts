/**
 * PINs in the store are sealed (AES-256-GCM) with a secret that is kept outside it, so that the
 * database alone, or a backup of it, opens no meeting. Not a hash: with the secret a hash of four
 * digits is found at once anyway, and the invitation has to be able to say the PIN again.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { StoreError } from './store-error.ts';

export interface PinSeal {
  /** `context` (which PIN of which meeting) is bound in: a sealed PIN cannot be moved to another row. */
  seal(pin: string, context: string): string;
  /** Throws `store/unreadable-pin` for another secret, another context or damage. */
  open(sealed: string, context: string): string;
}

const ivBytes = 12;
const tagBytes = 16;

/** `secret`: text with at least 256 random bits, the same on all nodes that share the store. */
export function createPinSeal(secret: string): PinSeal {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'ringbro pin seal', 32));
  return {
    seal(pin, context) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(pin, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64url');
      const iv = bytes.subarray(0, ivBytes);
      const tag = bytes.subarray(ivBytes, ivBytes + tagBytes);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
          .setAAD(Buffer.from(context))
          .setAuthTag(tag);
        const text = decipher.update(bytes.subarray(ivBytes + tagBytes));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new StoreError('store/unreadable-pin', 'a PIN cannot be read with this secret', {
          cause,
        });
      }
    },
  };
}
