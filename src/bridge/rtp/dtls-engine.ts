/**
 * The narrow face of werift's DTLS 1.2 (werift 0.25.2): it runs a handshake, with its flights and their
 * retransmission, and says what was exchanged. It trusts whom it speaks with; `dtls-proof.ts` does not.
 * Nothing that comes from the network throws out of here.
 */
import {
  createSelfSignedCertificate,
  DtlsClient,
  DtlsServer,
  HashAlgorithm,
  SignatureAlgorithm,
} from 'werift';
import type { MediaDtls } from '../../call/ports/media.ts';
import { dtlsIdentityOf, type DtlsIdentity } from './dtls-identity.ts';
import { createHandshakeOrder } from './dtls-order.ts';
import { handshakeType, type FinishedHandshake } from './dtls-handshake.ts';
import { srtpProfiles } from './dtls-proof.ts';
import { readDatagram } from './dtls-record.ts';

const signatureHash = { hash: HashAlgorithm.sha256_4, signature: SignatureAlgorithm.ecdsa_3 };

/** A new key on P-256 and a certificate for it. */
export const createDtlsIdentity = async (): Promise<DtlsIdentity> => {
  const { certPem, keyPem } = await createSelfSignedCertificate(signatureHash);
  return dtlsIdentityOf(certPem, keyPem);
};

export interface DtlsEngine {
  /** The client's first flight goes out; a server waits. */
  start(): void;
  receive(datagram: Buffer): void;
  /** Idempotent; nothing is sent or told after it. */
  close(): void;
}

export interface DtlsEngineDeps {
  readonly role: MediaDtls['role'];
  readonly identity: DtlsIdentity;
  readonly send: (datagram: Buffer) => void;
  /** Once, with the last flight of the other side. */
  readonly onFinished: (handshake: FinishedHandshake) => void;
}

/** A flight that ends all waiting for the next one. */
const noMoreFlights = 99;
/** Sent back after the end, each for a last flight of ours that was lost. */
const maxLateDatagrams = 30;
/** The server's flight with the certificate. */
const serverHelloFlight = 4;

export const createDtlsEngine = (deps: DtlsEngineDeps): DtlsEngine => {
  const { role, identity } = deps;
  let isClosed = false;
  let isFinished = false;
  let lateDatagrams = 0;
  let serverFinished: Buffer | undefined;

  const transport = {
    type: 'udp',
    address: { address: '', family: 'IPv4', port: 0 },
    closed: false,
    onData: ((): void => undefined) as (datagram: Buffer) => void,
    send: (datagram: Buffer): Promise<void> => {
      if (!isClosed) deps.send(datagram);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  const socket = new (role === 'client' ? DtlsClient : DtlsServer)({
    transport,
    cert: identity.certificatePem,
    key: identity.privateKeyPem,
    signatureHash,
    // werift's types know two of them; it hands on any number.
    srtpProfiles: [...srtpProfiles.keys()] as (1 | 7)[],
    extendedMasterSecret: true,
    certificateRequest: true,
  });

  const order = createHandshakeOrder<Parameters<typeof socket.onHandleHandshakes>[0][number]>();
  const work = socket.onHandleHandshakes;
  socket.onHandleHandshakes = (messages) => {
    for (const message of messages) {
      const { ready, repeated } = order.take(message);
      if (repeated && !isClosed)
        for (const datagram of socket.dtls.lastMessage) deps.send(datagram);
      for (const each of ready) {
        if (each.msg_type === handshakeType.finished) serverFinished = each.fragment;
        // One by one, and not waited for: the work on some lasts until the next flight has come.
        work([each]).catch(() => undefined);
      }
    }
    return Promise.resolve();
  };
  // What it makes of bad messages is one end of the handshake: none.
  socket.onError.subscribe(() => undefined);
  socket.onConnect.subscribe(() => {
    if (isClosed || isFinished) return;
    isFinished = true;
    deps.onFinished({
      role,
      messages: socket.dtls.sortedHandshakeCache.map((message) => ({
        type: message.msg_type,
        body: message.fragment,
        whole: message.serialize(),
      })),
      masterSecret: socket.cipher.masterSecret,
      remoteKey: socket.cipher.remoteKeyPair.publicKey ?? Buffer.alloc(0),
      serverFinished,
    });
  });

  const isWanted = (datagram: Buffer): boolean => {
    const facts = readDatagram(datagram);
    if (facts === undefined) return false;
    if (!isFinished) {
      // werift would begin anew, in the middle of the handshake that a stranger wants to disturb.
      const isUnderWay = socket.dtls.flight >= serverHelloFlight;
      return role === 'client' ? !facts.hasClientHello : !(facts.hasFirstHello && isUnderWay);
    }
    // Our Finished was lost: the client's flight comes again. A new ClientHello needs a new association.
    lateDatagrams += 1;
    return role === 'server' && !facts.hasClientHello && lateDatagrams <= maxLateDatagrams;
  };

  return {
    start: () => {
      if (socket instanceof DtlsClient) socket.connect().catch(() => undefined);
    },
    receive: (datagram) => {
      if (isClosed || !isWanted(datagram)) return;
      try {
        transport.onData(datagram);
      } catch {
        // Bytes that are no DTLS.
      }
    },
    close: () => {
      isClosed = true;
      socket.dtls.flight = noMoreFlights;
    },
  };
};
