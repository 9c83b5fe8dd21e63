/** DTLS-SRTP in SDP: a=fingerprint and a=setup, read, answered and written. RFC 5763, RFC 8122, RFC 8842 */
import type { CertificateFingerprint, MediaDtls } from '../../call/ports/media.ts';
import type { LocalSrtp } from './sdp-crypto.ts';

/** Who begins the handshake. RFC 4145 §4 */
export type DtlsSetup = 'active' | 'passive' | 'actpass';

/** What an m-line says of DTLS, session-level lines filled in. Each as written behind its colon. */
export interface SdpDtls {
  readonly fingerprints: readonly string[];
  readonly setup: string | undefined;
  /** Another one than before asks for a new association. RFC 8842 §4 */
  readonly tlsId: string | undefined;
}

export interface WrittenDtls {
  readonly fingerprint: CertificateFingerprint;
  readonly setup: DtlsSetup;
}

/** Where the handshake's datagrams come from: an m-line's transport. */
interface Transport {
  readonly address: string | undefined;
  readonly port: number;
  readonly dtls: SdpDtls;
}

const digestBytes: ReadonlyMap<string, number> = new Map([
  ['sha-256', 32],
  ['sha-384', 48],
  ['sha-512', 64],
]);
const isAlgorithm = (name: string): name is CertificateFingerprint['algorithm'] =>
  digestBytes.has(name);

/** Those that we can check. What is older than SHA-256 proves nothing today. RFC 8122 §5 */
export const readFingerprints = (values: readonly string[]): readonly CertificateFingerprint[] =>
  values.flatMap((value) => {
    const [, name = '', digest = ''] = /^([A-Za-z0-9-]+) +([0-9A-Fa-f:]+) *$/.exec(value) ?? [];
    const algorithm = name.toLowerCase();
    const isWhole =
      /^(?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2}$/.test(digest) &&
      digest.split(':').length === digestBytes.get(algorithm);
    return isAlgorithm(algorithm) && isWhole ? [{ algorithm, digest: digest.toUpperCase() }] : [];
  });

/** RFC 4145 §4: left out, an offer's is active and an answer's passive. */
const setupOf = ({ setup }: SdpDtls, left: DtlsSetup): DtlsSetup | undefined => {
  if (setup === undefined) return left;
  return setup === 'active' || setup === 'passive' || setup === 'actpass' ? setup : undefined;
};

const unspecified: ReadonlySet<string | undefined> = new Set(['0.0.0.0', '::']);

/**
 * The peers reuse an association while fingerprints and transport stay, else they make a new one.
 * RFC 5763 §6.6
 */
const associationOf = (
  role: MediaDtls['role'],
  { address, port, dtls }: Transport,
  fingerprints: readonly CertificateFingerprint[],
): string =>
  [
    role,
    ...fingerprints.map(({ algorithm, digest }) => `${algorithm} ${digest}`).toSorted(),
    `${address ?? ''} ${port}`,
    dtls.tlsId ?? '',
  ].join('\n');

const roleFor: Readonly<Record<DtlsSetup, MediaDtls['role']>> = {
  passive: 'client',
  active: 'server',
  // RFC 5763 §5 would rather have us begin. But behind NAT only what begins there finds its way.
  actpass: 'server',
};

export interface TakenDtls {
  readonly dtls: MediaDtls;
  /** For the answer. */
  readonly line: WrittenDtls;
}

/** What we answer to an m-line with a fingerprint; undefined where it has none that we can use. */
export const takeDtls = (
  offered: Transport,
  srtp: LocalSrtp | undefined,
  before: MediaDtls | undefined,
): TakenDtls | undefined => {
  const fingerprint = srtp?.policy === 'off' ? undefined : srtp?.fingerprint;
  const fingerprints = readFingerprints(offered.dtls.fingerprints);
  const setup = setupOf(offered.dtls, 'active');
  if (fingerprint === undefined || fingerprints.length === 0 || setup === undefined) {
    return undefined;
  }
  const taken = (dtls: MediaDtls): TakenDtls => ({
    dtls,
    line: { fingerprint, setup: dtls.role === 'client' ? 'active' : 'passive' },
  });
  if (before !== undefined && (setup === 'actpass' || roleFor[setup] === before.role)) {
    // An old way to hold says nothing of where the sound will come from.
    const isHold = unspecified.has(offered.address);
    const isSame = associationOf(before.role, offered, fingerprints) === before.association;
    if (isHold || isSame) return taken(before);
  }
  const role = roleFor[setup];
  return taken({ role, fingerprints, association: associationOf(role, offered, fingerprints) });
};

/** What the answer makes of a fingerprint that we offered as actpass; undefined where it has none. */
export const settleDtls = (offered: SdpDtls, answered: Transport): MediaDtls | undefined => {
  const fingerprints = readFingerprints(answered.dtls.fingerprints);
  const setup = setupOf(answered.dtls, 'passive');
  if (offered.fingerprints.length === 0 || fingerprints.length === 0) return undefined;
  if (setup === undefined || setup === 'actpass') return undefined;
  const role = roleFor[setup];
  return { role, fingerprints, association: associationOf(role, answered, fingerprints) };
};
