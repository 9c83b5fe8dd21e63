/**
 * One DTLS-SRTP association: a handshake on one port, and the keys that it proves. RFC 5763, RFC 5764
 *
 *   shaking hands ── finished and proven ──▶ keyed (`onKeys`, once)
 *        │  └── finished, not proven ──▶ failed (`onFailed`, once)
 *        └── close ──▶ closed
 */
import type { CertificateFingerprint, MediaCrypto, MediaDtls } from '../../call/ports/media.ts';
import { createDtlsEngine } from './dtls-engine.ts';
import type { DtlsIdentity } from './dtls-identity.ts';
import { proveHandshake, type HandshakeProblem } from './dtls-proof.ts';

export interface DtlsAssociation {
  receive(datagram: Buffer): void;
  /** Idempotent. */
  close(): void;
}

export interface DtlsAssociationDeps {
  readonly role: MediaDtls['role'];
  readonly identity: DtlsIdentity;
  readonly fingerprints: readonly CertificateFingerprint[];
  readonly nowMs: () => number;
  readonly send: (datagram: Buffer) => void;
  readonly onKeys: (crypto: MediaCrypto) => void;
  readonly onFailed: (problem: HandshakeProblem) => void;
}

/** A handshake is some ten datagrams; each may cost milliseconds of the thread that mixes sound. */
const maxDatagramsPerS = 40;
const maxDatagramsAtOnce = 60;

export const createDtlsAssociation = (deps: DtlsAssociationDeps): DtlsAssociation => {
  let allowed = maxDatagramsAtOnce;
  let refilledAtMs = deps.nowMs();

  const mayTake = (): boolean => {
    const now = deps.nowMs();
    const refill = ((now - refilledAtMs) / 1000) * maxDatagramsPerS;
    allowed = Math.min(maxDatagramsAtOnce, allowed + refill);
    refilledAtMs = now;
    if (allowed < 1) return false;
    allowed -= 1;
    return true;
  };

  const engine = createDtlsEngine({
    role: deps.role,
    identity: deps.identity,
    send: deps.send,
    onFinished: (handshake) => {
      const proof = proveHandshake(handshake, deps.fingerprints);
      if ('crypto' in proof) {
        deps.onKeys(proof.crypto);
        return;
      }
      engine.close();
      deps.onFailed(proof.problem);
    },
  });
  engine.start();

  return {
    receive: (datagram) => {
      if (mayTake()) engine.receive(datagram);
    },
    close: () => {
      engine.close();
    },
  };
};
