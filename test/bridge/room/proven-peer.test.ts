/** Who is at the other end of a room's media, by what werift kept of its handshake. */
import { beforeAll, expect, test } from 'vitest';
import type { RTCDtlsTransport } from 'werift';
import { problemWithPeer } from '../../../src/bridge/room/proven-peer.ts';
import { createDtlsIdentity } from '../../../src/bridge/rtp/dtls-engine.ts';
import type { DtlsIdentity } from '../../../src/bridge/rtp/dtls-identity.ts';
import type { FinishedHandshake } from '../../../src/bridge/rtp/dtls-handshake.ts';
import { finishedHandshakes, impostorOf } from '../rtp/dtls-fixtures.ts';

let ours: DtlsIdentity;
let server: DtlsIdentity;
let mallory: DtlsIdentity;
beforeAll(async () => {
  [ours, server, mallory] = [
    await createDtlsIdentity(),
    await createDtlsIdentity(),
    await createDtlsIdentity(),
  ];
});

/** As werift has it, whichever end begins. */
const transportOf = (of: FinishedHandshake): RTCDtlsTransport => {
  const { algorithm, digest } = server.fingerprint;
  const transport = {
    role: of.role,
    remoteParameters: { fingerprints: [{ algorithm, value: digest.toLowerCase() }] },
    dtls: {
      dtls: {
        sortedHandshakeCache: of.messages.map(({ type, body, whole }) => ({
          msg_type: type,
          fragment: body,
          serialize: () => whole,
        })),
      },
      cipher: { masterSecret: of.masterSecret, remoteKeyPair: { publicKey: of.remoteKey } },
    },
  };
  return transport as unknown as RTCDtlsTransport;
};
/** The media server begins, as LiveKit does. */
const withBeginning = async (theirs: DtlsIdentity) =>
  transportOf((await finishedHandshakes({ client: theirs, server: ours })).server);

test('the server that the signalling named is who it should be, whoever began', async () => {
  expect(problemWithPeer(await withBeginning(server))).toBeUndefined();
  const begun = await finishedHandshakes({ client: ours, server });
  expect(problemWithPeer(transportOf(begun.client))).toBeUndefined();
});

test('somebody in between, with another certificate or with its alone, is not', async () => {
  expect(problemWithPeer(await withBeginning(mallory))).toBe('unknown-certificate');
  expect(problemWithPeer(await withBeginning(impostorOf(server, mallory)))).toBe('bad-signature');
});
