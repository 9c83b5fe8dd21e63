import { z } from 'zod';
import { cidrs, optional, port, url, wholeNumber, type SettingsOf } from './values.ts';

/** API and pages: where they are, who may come in, and whom they believe. */

/** Signing in by OpenID Connect. */
interface SignInServiceConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly group: string | undefined;
}

export interface HttpConfig {
  readonly address: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
  /** undefined: made at the first start and kept in the data folder. */
  readonly apiKey: string | undefined;
  /** Of the first account; undefined: the same. */
  readonly operatorPassword: string | undefined;
  readonly signInService: SignInServiceConfig | undefined;
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[];
  /** A session of a page that nobody uses; undefined: half an hour. */
  readonly sessionIdleMs: number | undefined;
  /** Private networks that webhooks may go to, also without TLS. */
  readonly webhookAllow: readonly string[];
}

export const httpShape = {
  RINGBRO_HTTP_ADDRESS: optional(z.string()),
  RINGBRO_HTTP_PORT: optional(port),
  RINGBRO_PUBLIC_URL: optional(url('http:', 'https:')),
  RINGBRO_API_KEY: optional(z.string().min(16)),
  RINGBRO_OPERATOR_PASSWORD: optional(z.string().min(12)),
  RINGBRO_OIDC_ISSUER: optional(url('https:')),
  RINGBRO_OIDC_CLIENT_ID: optional(z.string()),
  RINGBRO_OIDC_CLIENT_SECRET: optional(z.string()),
  RINGBRO_OIDC_GROUP: optional(z.string()),
  RINGBRO_TRUST_PROXY: optional(cidrs),
  RINGBRO_SESSION_IDLE_S: optional(wholeNumber(5, 86_400)),
  RINGBRO_WEBHOOK_ALLOW: optional(cidrs),
};
type HttpSettings = SettingsOf<typeof httpShape>;

export const httpProblems = (e: HttpSettings): readonly string[] => {
  const given = [e.RINGBRO_OIDC_ISSUER, e.RINGBRO_OIDC_CLIENT_ID, e.RINGBRO_OIDC_CLIENT_SECRET];
  const some = given.some((v) => v !== undefined) || e.RINGBRO_OIDC_GROUP !== undefined;
  if (!some) return [];
  return [
    ...(given.every((v) => v !== undefined)
      ? []
      : ['RINGBRO_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET: give all three, or none']),
    ...(e.RINGBRO_PUBLIC_URL === undefined
      ? ['RINGBRO_PUBLIC_URL: the sign-in service has to know where people come back to']
      : []),
  ];
};

const signInServiceFrom = (e: HttpSettings): SignInServiceConfig | undefined =>
  e.RINGBRO_OIDC_ISSUER === undefined ||
  e.RINGBRO_OIDC_CLIENT_ID === undefined ||
  e.RINGBRO_OIDC_CLIENT_SECRET === undefined
    ? undefined
    : {
        issuer: e.RINGBRO_OIDC_ISSUER,
        clientId: e.RINGBRO_OIDC_CLIENT_ID,
        clientSecret: e.RINGBRO_OIDC_CLIENT_SECRET,
        group: e.RINGBRO_OIDC_GROUP,
      };

export const httpFrom = (e: HttpSettings): HttpConfig => ({
  address: e.RINGBRO_HTTP_ADDRESS ?? '127.0.0.1',
  port: e.RINGBRO_HTTP_PORT ?? 8080,
  publicUrl: e.RINGBRO_PUBLIC_URL,
  apiKey: e.RINGBRO_API_KEY,
  operatorPassword: e.RINGBRO_OPERATOR_PASSWORD,
  signInService: signInServiceFrom(e),
  trustProxy: e.RINGBRO_TRUST_PROXY ?? [],
  sessionIdleMs:
    e.RINGBRO_SESSION_IDLE_S === undefined ? undefined : e.RINGBRO_SESSION_IDLE_S * 1000,
  webhookAllow: e.RINGBRO_WEBHOOK_ALLOW ?? [],
});
