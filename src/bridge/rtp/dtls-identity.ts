/** The certificate that we show in DTLS handshakes, and how SDP names one. RFC 5763 §5, RFC 8122 */
import { hash, X509Certificate } from 'node:crypto';
import type { CertificateFingerprint } from '../../call/ports/media.ts';

export interface DtlsIdentity {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly fingerprint: CertificateFingerprint;
}

/** `certificate`: DER. */
export const fingerprintOf = (
  certificate: Uint8Array,
  algorithm: CertificateFingerprint['algorithm'],
): CertificateFingerprint => {
  const digest = hash(algorithm.replace('-', ''), certificate, 'hex').toUpperCase();
  return { algorithm, digest: digest.replaceAll(/..(?!$)/g, '$&:') };
};

/** An identity of a certificate that is its own issuer: who it is, SDP says. Both texts in PEM. */
export const dtlsIdentityOf = (certificatePem: string, privateKeyPem: string): DtlsIdentity => {
  const { raw } = new X509Certificate(certificatePem);
  return { certificatePem, privateKeyPem, fingerprint: fingerprintOf(raw, 'sha-256') };
};
