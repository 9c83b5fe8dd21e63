/** From a URI to an address. Names are looked up as plain hosts: SRV and NAPTR (RFC 3263) are not. */
import type { SipUri } from '../message/sip-message.ts';
import { hostToResolve } from './route-request.ts';

export interface HostResolver {
  /** Calls back with the address of the URI's host: at once where it is known, else later. */
  resolve(uri: SipUri, then: (address: string | undefined) => void): void;
}

const maxRemembered = 256;

export const createHostResolver = (
  lookup: (host: string) => Promise<string>,
  run: (task: () => void) => void,
): HostResolver => {
  const remembered = new Map<string, string>();
  return {
    resolve: (uri, then) => {
      const host = hostToResolve(uri);
      if (host === undefined) {
        then(uri.params.get('maddr') ?? uri.host);
        return;
      }
      lookup(host).then(
        (address) => {
          if (remembered.size >= maxRemembered) remembered.clear();
          remembered.set(host, address);
          run(() => {
            then(address);
          });
        },
        () => {
          // An address that was right a moment ago beats losing the call.
          const address = remembered.get(host);
          run(() => {
            then(address);
          });
        },
      );
    },
  };
};
