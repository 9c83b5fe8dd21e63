/** What our TLS speaks and trusts. RFC 9325 (BCP 195), RFC 5922 */
import { constants, X509Certificate } from 'node:crypto';
import {
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';

/** Texts in PEM. */
export interface TlsPair {
  /** Ours, its intermediates after it. */
  readonly certificate: string;
  readonly key: string;
}

/** The first pair is shown where no name was asked for, and by ourselves when we call. */
export interface TlsMaterial extends TlsPair {
  /** Shown to those who ask for one of their names. RFC 6066 §3 */
  readonly further?: readonly TlsPair[];
  /** Who may call us: only holders of a certificate from there. Undefined: everybody. */
  readonly clientAuthority?: string | undefined;
  /** Trusted beside the public authorities when we call others. */
  readonly serverAuthority?: string | undefined;
}

/** TLS 1.3, and of TLS 1.2 what has forward secrecy and authenticated encryption. RFC 9325 §4.2 */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

const contextOptions = ({ certificate, key }: TlsPair): SecureContextOptions => ({
  cert: certificate,
  key,
  minVersion: 'TLSv1.2',
  ciphers,
  // A peer could make us do handshakes without end on a connection that counts once.
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
});

/** For those who call us. */
export const serverContextOptions = (material: TlsMaterial): SecureContextOptions => ({
  ...contextOptions(material),
  ...(material.clientAuthority !== undefined && { ca: material.clientAuthority }),
});

/** The context for a name that was asked for; undefined: the first certificate's. */
export type ContextByName = (name: string) => SecureContext | undefined;

/** Made once for a material: a context costs more than a handshake's look for it. */
export const contextsByName = (material: TlsMaterial): ContextByName => {
  const { further = [], clientAuthority } = material;
  const contexts = further.map((pair) => ({
    certificate: new X509Certificate(pair.certificate),
    context: createSecureContext(serverContextOptions({ ...pair, clientAuthority })),
  }));
  const own = new X509Certificate(material.certificate);
  return (name) => {
    if (own.checkHost(name) !== undefined) return undefined;
    return contexts.find(({ certificate }) => certificate.checkHost(name) !== undefined)?.context;
  };
};

/** Of all our certificates, when the first ends: milliseconds since 1970. */
export const certificatesEndAt = ({ certificate, further = [] }: TlsMaterial): number =>
  Math.min(
    ...[certificate, ...further.map((pair) => pair.certificate)].map((text) =>
      new X509Certificate(text).validToDate.getTime(),
    ),
  );

/** For our own calls; our certificate is shown to servers that ask for one. */
export const clientContext = (material: TlsMaterial): SecureContext =>
  createSecureContext({
    ...contextOptions(material),
    ...(material.serverAuthority !== undefined && {
      ca: [...rootCertificates, material.serverAuthority],
    }),
  });
