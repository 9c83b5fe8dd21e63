/** Session keys from a master key and salt, derived once: RFC 3711 §4.3, RFC 6188 §3, RFC 7714 §11. */
import type { SrtpKey } from '../../call/ports/media.ts';
import { createAesKeystream } from './srtp-keystream.ts';

export interface SrtpSessionKeys {
  readonly encryptionKey: Uint8Array;
  /** As long as the master salt: 14 bytes for AES-CM, 12 for AES-GCM. */
  readonly salt: Uint8Array;
  /** For HMAC-SHA1: 20 bytes. */
  readonly authenticationKey: Uint8Array;
}

/** The first label of each; authentication key and salt follow. RFC 3711 §4.3.1, §4.3.2 */
const firstLabel = { rtp: 0, rtcp: 3 } as const;
const authenticationKeyBytes = 20;

export const deriveSrtpKeys = (
  { masterKey, masterSalt }: SrtpKey,
  packets: keyof typeof firstLabel,
): SrtpSessionKeys => {
  const keystream = createAesKeystream(masterKey);
  const derive = (label: number, bytes: number): Uint8Array => {
    // A salt of 12 bytes is followed by zeros. RFC 7714 §11
    const iv = new Uint8Array(16);
    iv.set(masterSalt);
    // The key derivation rate is 0, so that of the key id only the label is there.
    iv[7]! ^= label;
    const key = new Uint8Array(bytes);
    keystream.apply(iv, key, 0, bytes);
    return key;
  };
  const label = firstLabel[packets];
  return {
    encryptionKey: derive(label, masterKey.length),
    authenticationKey: derive(label + 1, authenticationKeyBytes),
    salt: derive(label + 2, masterSalt.length),
  };
};
