/**
 * One POST to a webhook. The name is looked up once, its addresses are checked, and the connection
 * goes to one of those: a name that means something else a moment later gains nothing (DNS
 * rebinding). Redirects are not followed, answers are not read.
 */
import { lookup, type LookupAddress } from 'node:dns';
import { request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { hostOf, mayReach } from './address-rules.ts';

export type PostOutcome =
  | { readonly taken: true }
  /** `gone`: 410, it wants nothing more. */
  | { readonly taken: false; readonly problem: string; readonly gone: boolean };

export interface PostRules {
  /** Networks that may be spoken to though they are not public, and without TLS. */
  readonly allow: readonly string[];
  readonly timeoutMs: number;
}

export type WebhookPost = (
  url: string,
  headers: Readonly<Record<string, string>>,
  payload: string,
) => Promise<PostOutcome>;

const failed = (problem: string, gone = false): PostOutcome => ({ taken: false, problem, gone });

class RefusedAddress extends Error {
  readonly code = 'webhook/address-refused';
}

/** Never rejects. */
export function createWebhookPost(rules: PostRules): WebhookPost {
  return (text, headers, payload) => {
    const url = new URL(text);
    const isTls = url.protocol === 'https:';
    const host = hostOf(url);
    // A host that is an address already is not looked up.
    if (isIP(host) !== 0 && !isAllowed(host, isTls, rules.allow))
      return Promise.resolve(failed('webhook/address-refused'));
    const options: RequestOptions = {
      method: 'POST',
      agent: false,
      headers: { ...headers, 'content-length': Buffer.byteLength(payload) },
      lookup: checkedLookup((address) => isAllowed(address, isTls, rules.allow)),
      signal: AbortSignal.timeout(rules.timeoutMs),
    };
    return new Promise((resolve) => {
      const request = (isTls ? tlsRequest : plainRequest)(url, options, (response) => {
        const status = response.statusCode ?? 0;
        response.destroy();
        resolve(
          status >= 200 && status < 300
            ? { taken: true }
            : failed(`http ${status}`, status === 410),
        );
      });
      request.on('error', (error) => {
        resolve(failed(codeOf(error)));
      });
      request.end(payload);
    });
  };
}

/** Without TLS only where that was allowed by name of the network. */
const isAllowed = (address: string, isTls: boolean, allow: readonly string[]): boolean =>
  mayReach(address, allow) && (isTls || mayReachPlain(address, allow));

const mayReachPlain = (address: string, allow: readonly string[]): boolean =>
  allow.length > 0 && !mayReach(address, []) && mayReach(address, allow);

/** One bad address is enough: which one is used is not ours to say. */
function checkedLookup(isGood: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) {
        callback(error, []);
      } else if (found.length === 0 || !found.every(({ address }) => isGood(address))) {
        callback(new RefusedAddress('the address may not be spoken to'), []);
      } else {
        const [first] = found;
        if (options.all === true || first === undefined) callback(null, found);
        else callback(null, first.address, first.family);
      }
    });
  };
}

function codeOf(error: Error): string {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'webhook/timeout';
  return 'code' in error && typeof error.code === 'string' ? error.code : 'webhook/failed';
}
