/** Two ends of DTLS joined in memory, and certificates that are not whose they seem. */
import type { CertificateFingerprint, MediaCrypto } from '../../../src/call/ports/media.ts';
import { createDtlsAssociation } from '../../../src/bridge/rtp/dtls-association.ts';
import { createDtlsEngine } from '../../../src/bridge/rtp/dtls-engine.ts';
import type { DtlsIdentity } from '../../../src/bridge/rtp/dtls-identity.ts';
import type { FinishedHandshake } from '../../../src/bridge/rtp/dtls-handshake.ts';

type Role = 'client' | 'server';
export type Outcome = { readonly crypto: MediaCrypto } | { readonly problem: string };

export interface End {
  readonly identity: DtlsIdentity;
  /** By default the one that the other end shows. */
  readonly expects?: readonly CertificateFingerprint[];
}

/** Another's certificate with one's own key: what somebody on the way has. */
export const impostorOf = (certified: DtlsIdentity, own: DtlsIdentity): DtlsIdentity => ({
  ...certified,
  privateKeyPem: own.privateKeyPem,
});

const later = (deliver: () => void): void => void setImmediate(deliver);

/** A whole handshake. `passes`: whether the datagram, counted from 0 over both ways, arrives. */
export const shakeHands = async (
  ends: Readonly<Record<Role, End>>,
  passes: (datagram: number, from: Role) => boolean = () => true,
): Promise<Readonly<Record<Role, Outcome>> & { readonly datagrams: number }> => {
  let datagrams = 0;
  const open = (role: Role, other: Role) => {
    const done = Promise.withResolvers<Outcome>();
    const association = createDtlsAssociation({
      role,
      identity: ends[role].identity,
      fingerprints: ends[role].expects ?? [ends[other].identity.fingerprint],
      nowMs: () => performance.now(),
      send: (datagram) => {
        const copy = Buffer.from(datagram);
        if (passes(datagrams++, role))
          later(() => {
            associations[other].receive(copy);
          });
      },
      onKeys: (crypto) => {
        done.resolve({ crypto });
      },
      onFailed: (problem) => {
        done.resolve({ problem });
      },
    });
    return { ...association, done: done.promise };
  };
  const server = open('server', 'client');
  const associations: Readonly<Record<Role, ReturnType<typeof open>>> = {
    server,
    client: open('client', 'server'),
  };
  const [ofClient, ofServer] = await Promise.all([associations.client.done, server.done]);
  associations.client.close();
  server.close();
  return { client: ofClient, server: ofServer, datagrams };
};

/** What both ends of a good handshake have to show. */
export const finishedHandshakes = async (
  identities: Readonly<Record<Role, DtlsIdentity>>,
): Promise<Readonly<Record<Role, FinishedHandshake>>> => {
  const open = (role: Role, other: Role) => {
    const done = Promise.withResolvers<FinishedHandshake>();
    const engine = createDtlsEngine({
      role,
      identity: identities[role],
      send: (datagram) => {
        later(() => {
          engines[other].receive(datagram);
        });
      },
      onFinished: (handshake) => {
        done.resolve(handshake);
      },
    });
    return { ...engine, done: done.promise };
  };
  const engines: Readonly<Record<Role, ReturnType<typeof open>>> = {
    server: open('server', 'client'),
    client: open('client', 'server'),
  };
  engines.client.start();
  const [client, server] = await Promise.all([engines.client.done, engines.server.done]);
  for (const engine of Object.values(engines)) engine.close();
  return { client, server };
};
