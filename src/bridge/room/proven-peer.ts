/**
 * Whether the room's media go to the server that the signalling named. werift compares its
 * certificate's fingerprint and no more: whose key signed is looked at here (`rtp/dtls-proof.ts`).
 */
import type { RTCDtlsTransport } from 'werift';
import type { CertificateFingerprint } from '../../call/ports/media.ts';
import { handshakeProblem, type HandshakeProblem } from '../rtp/dtls-proof.ts';
import { fingerprintsOf } from './werift-insides.ts';

const isAlgorithm = (name: string): name is CertificateFingerprint['algorithm'] =>
  name === 'sha-256' || name === 'sha-384' || name === 'sha-512';

/** Undefined: it is who it should be. Asked of a transport that is connected. Never throws. */
export const problemWithPeer = (transport: RTCDtlsTransport): HandshakeProblem | undefined => {
  const { dtls } = transport;
  if (dtls === undefined) return 'malformed';
  const role = transport.role === 'client' ? 'client' : 'server';
  const fingerprints = fingerprintsOf(transport).flatMap(({ algorithm, value }) => {
    const name = algorithm.toLowerCase();
    return isAlgorithm(name) ? [{ algorithm: name, digest: value.toUpperCase() }] : [];
  });
  const problem = handshakeProblem(
    {
      role,
      messages: dtls.dtls.sortedHandshakeCache.map((message) => ({
        type: message.msg_type,
        body: message.fragment,
        whole: message.serialize(),
      })),
      masterSecret: dtls.cipher.masterSecret,
      remoteKey: dtls.cipher.remoteKeyPair.publicKey ?? Buffer.alloc(0),
      serverFinished: undefined,
    },
    fingerprints,
  );
  // As the client werift keeps no Finished of the server: then the signature alone vouches for the key.
  return role === 'client' && problem === 'bad-finished' ? undefined : problem;
};
