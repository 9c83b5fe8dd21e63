import { z } from 'zod';
import { isLanguage, type Language } from '../ivr/language.ts';
import { cidrs, list, optional, port, type SettingsOf } from './values.ts';

/** Where SIP is spoken, with whom, and which numbers and addresses are ours. */

export interface PublishedNumber {
  /** E.164 digits, with the leading + where it was given. */
  readonly number: string;
  readonly language: Language;
}

/** Files in PEM. */
export interface TlsConfig {
  readonly port: number;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Only holders of a certificate from there may call over TLS; undefined: everybody. */
  readonly clientAuthorityFile: string | undefined;
  /** Trusted beside the public authorities when we call over TLS. */
  readonly serverAuthorityFile: string | undefined;
  /** More certificates, each shown to who asks for one of its names. */
  readonly further: readonly { readonly certificateFile: string; readonly keyFile: string }[];
}

export interface SipConfig {
  readonly addresses: readonly string[];
  readonly port: number;
  /** undefined: no TLS. */
  readonly tls: TlsConfig | undefined;
  readonly publicAddress: string | undefined;
  /** CIDRs that calls may come from; empty: all. */
  readonly allow: readonly string[];
  readonly numbers: readonly PublishedNumber[];
  /** The trunk settings file; undefined: no trunks, `allow` and `numbers` decide alone. */
  readonly trunksFile: string | undefined;
  readonly domains: readonly string[];
  /** Where room systems speak of their slides; undefined: a free port. */
  readonly bfcpPort: number | undefined;
}

const numbers = list.transform((parts, context): readonly PublishedNumber[] => {
  const result: PublishedNumber[] = [];
  for (const part of parts) {
    const [number = '', language = 'sv'] = part.split('=');
    if (!/^\+?\d{2,15}$/.test(number) || !isLanguage(language)) {
      context.addIssue(`${part} is not NUMBER=LANGUAGE such as +46480445511=sv (sv, en or da)`);
      return z.NEVER;
    }
    result.push({ number, language });
  }
  return result;
});

export const sipShape = {
  RINGBRO_SIP_ADDRESS: optional(list),
  RINGBRO_SIP_PORT: optional(port),
  RINGBRO_SIP_TLS_PORT: optional(port),
  RINGBRO_TLS_CERT: optional(z.string()),
  RINGBRO_TLS_KEY: optional(z.string()),
  RINGBRO_TLS_CLIENT_CA: optional(z.string()),
  RINGBRO_TLS_CA: optional(z.string()),
  RINGBRO_PUBLIC_ADDRESS: optional(z.union([z.ipv4(), z.ipv6()])),
  RINGBRO_SIP_ALLOW: optional(cidrs),
  RINGBRO_NUMBERS: optional(numbers),
  RINGBRO_TRUNKS: optional(z.string()),
  RINGBRO_SIP_DOMAINS: optional(list),
  RINGBRO_BFCP_PORT: optional(port),
};
type SipSettings = SettingsOf<typeof sipShape>;

const filesIn = (text = ''): readonly string[] => text.split(',').map((file) => file.trim());

export const sipProblems = (e: SipSettings): readonly string[] => {
  const given = [e.RINGBRO_SIP_TLS_PORT, e.RINGBRO_TLS_CERT, e.RINGBRO_TLS_KEY];
  const authorities = [e.RINGBRO_TLS_CLIENT_CA, e.RINGBRO_TLS_CA];
  if ([...given, ...authorities].every((v) => v === undefined)) return [];
  if (given.includes(undefined)) {
    return [
      'RINGBRO_SIP_TLS_PORT, RINGBRO_TLS_CERT and RINGBRO_TLS_KEY: give all three for SIP over TLS, or none',
    ];
  }
  return filesIn(e.RINGBRO_TLS_CERT).length === filesIn(e.RINGBRO_TLS_KEY).length
    ? []
    : ['RINGBRO_TLS_CERT, RINGBRO_TLS_KEY: as many keys as certificates, in the same order'];
};

const tlsFrom = (e: SipSettings): TlsConfig | undefined => {
  const keys = filesIn(e.RINGBRO_TLS_KEY);
  const [first, ...further] = filesIn(e.RINGBRO_TLS_CERT).map((certificateFile, at) => ({
    certificateFile,
    keyFile: keys[at] ?? '',
  }));
  return e.RINGBRO_SIP_TLS_PORT === undefined || first === undefined
    ? undefined
    : {
        port: e.RINGBRO_SIP_TLS_PORT,
        ...first,
        further,
        clientAuthorityFile: e.RINGBRO_TLS_CLIENT_CA,
        serverAuthorityFile: e.RINGBRO_TLS_CA,
      };
};

export const sipFrom = (e: SipSettings): SipConfig => ({
  addresses: e.RINGBRO_SIP_ADDRESS ?? ['127.0.0.1'],
  port: e.RINGBRO_SIP_PORT ?? 5060,
  tls: tlsFrom(e),
  publicAddress: e.RINGBRO_PUBLIC_ADDRESS,
  allow: e.RINGBRO_SIP_ALLOW ?? [],
  numbers: e.RINGBRO_NUMBERS ?? [],
  trunksFile: e.RINGBRO_TRUNKS,
  domains: e.RINGBRO_SIP_DOMAINS ?? [],
  bfcpPort: e.RINGBRO_BFCP_PORT,
});
