/**
 * What is needed of werift (0.25.2) behind its public face. All of it is looked up with care and at
 * run time: where werift is not built as expected, nothing is touched and werift's own way is taken.
 * `werift-insides.test.ts` says when an upgrade changed something.
 */
import { Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import type { RTCDtlsTransport, RTCPeerConnection } from 'werift';
import type { SrtpKey, SrtpSuite } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { CheckCredentials } from './check-answer.ts';
import type { ConsentCredentials } from './consent-check.ts';

export const property = (of: unknown, name: string): unknown => {
  if (typeof of !== 'object' || of === null) return undefined;
  const value: unknown = Reflect.get(of, name);
  return value;
};

/** A key frame of 720p is some eighty packets at once: half of what Linux has by default for a socket. */
const receiveBufferBytes = 512 * 1024;

/**
 * werift puts no error listener on its UDP sockets, so a failed send (no route to one of the
 * server's candidates, say) would end the whole worker. And it leaves them the kernel's own buffer.
 * `onArrival` is called before werift takes a datagram: one of a handshake keeps it for milliseconds.
 */
export const guardSockets = (
  peer: RTCPeerConnection,
  log: Logger,
  onArrival: () => void = () => undefined,
): void => {
  for (const { connection } of peer.iceTransports) {
    const found = property(connection, 'protocols');
    const protocols: readonly unknown[] = Array.isArray(found) ? found : [];
    for (const protocol of protocols) {
      const socket = property(property(protocol, 'transport'), 'socket');
      if (!(socket instanceof EventEmitter) || socket.listenerCount('error') > 0) continue;
      socket.on('error', (error: Error) => {
        log.debug({ err: error }, 'room media socket error');
      });
      socket.prependListener('message', onArrival);
      if (socket instanceof Socket) widen(socket, log);
    }
  }
};

/**
 * werift asks a STUN server of Google's for our address where `iceServers` names none: a name is looked up for each join
 * and a packet goes to a third party, who learns of it; where neither gets an answer, five seconds pass. Before gathering.
 */
export const askNoStunServer = (peer: RTCPeerConnection): void => {
  for (const { connection } of peer.iceTransports) Reflect.set(connection, 'stunServer', undefined);
};

const widen = (socket: Socket, log: Logger): void => {
  try {
    socket.setRecvBufferSize(receiveBufferBytes);
  } catch (error) {
    // Not bound yet, or the kernel gives no more: it works with less.
    log.debug({ err: error }, 'room media socket keeps its buffer');
  }
};

/** The fingerprints that the answer named. */
export const fingerprintsOf = (
  transport: RTCDtlsTransport,
): readonly { readonly algorithm: string; readonly value: string }[] => {
  const found = property(property(transport, 'remoteParameters'), 'fingerprints');
  const named: readonly unknown[] = Array.isArray(found) ? found : [];
  return named.flatMap((each) => {
    const [algorithm, value] = [property(each, 'algorithm'), property(each, 'value')];
    return typeof algorithm === 'string' && typeof value === 'string' ? [{ algorithm, value }] : [];
  });
};

/** The protection profiles that werift negotiates by DTLS. RFC 5764 §4.1.2, RFC 7714 §14.2 */
const suiteOfProfile: ReadonlyMap<unknown, SrtpSuite> = new Map([
  [0x0001, 'AES_CM_128_HMAC_SHA1_80'],
  [0x0007, 'AEAD_AES_128_GCM'],
]);
const masterKeyBytes = 16;

/**
 * AES-CM, which everybody in WebRTC has (RFC 8827 §6.5), before AES-GCM: its keystreams are made ahead,
 * where GCM needs an object a packet, so that it costs half as much. Before the handshake.
 */
export const preferAesCm = (transport: RTCDtlsTransport): void => {
  const profiles = property(transport, 'srtpProfiles');
  if (!Array.isArray(profiles) || !profiles.every((profile) => suiteOfProfile.has(profile))) return;
  Reflect.set(
    transport,
    'srtpProfiles',
    profiles.toSorted((one, other) => Number(one) - Number(other)),
  );
};

export interface TransportKeys {
  readonly suite: SrtpSuite;
  readonly local: SrtpKey;
  readonly remote: SrtpKey;
}

/** The keys of a finished DTLS handshake; undefined where they are not found. */
export const srtpKeysOf = (transport: RTCDtlsTransport): TransportKeys | undefined => {
  const config = property(property(transport, 'srtp'), 'config');
  const suite = suiteOfProfile.get(property(config, 'profile'));
  const keys = property(config, 'keys');
  const local = keyOf(keys, 'localMasterKey', 'localMasterSalt');
  const remote = keyOf(keys, 'remoteMasterKey', 'remoteMasterSalt');
  if (suite === undefined || local === undefined || remote === undefined) return undefined;
  return { suite, local, remote };
};

const keyOf = (keys: unknown, keyName: string, saltName: string): SrtpKey | undefined => {
  const masterKey = property(keys, keyName);
  const masterSalt = property(keys, saltName);
  if (!(masterKey instanceof Uint8Array) || !(masterSalt instanceof Uint8Array)) return undefined;
  return masterKey.length === masterKeyBytes ? { masterKey, masterSalt } : undefined;
};

export type IceConnection = RTCDtlsTransport['iceTransport']['connection'];

/** Asks whether the peer consented of late to be sent to (RFC 7675 §5.1); undefined where werift has no answer. */
export const consentOf = (connection: IceConnection): (() => boolean) | undefined => {
  const asked = property(connection, 'canSendApplicationData');
  if (typeof asked !== 'function') return undefined;
  return () => Reflect.apply(asked, connection, []) === true;
};

/** What a check of the other end has to name, as it is now; undefined where werift does not tell. */
export const checkCredentialsOf = (connection: IceConnection): CheckCredentials | undefined => {
  const localUfrag = property(connection, 'localUsername');
  const localPassword = property(connection, 'localPassword');
  const remoteUfrag = property(connection, 'remoteUsername');
  const isControlling = property(connection, 'iceControlling');
  if (typeof localUfrag !== 'string' || typeof localPassword !== 'string') return undefined;
  if (typeof remoteUfrag !== 'string' || typeof isControlling !== 'boolean') return undefined;
  return { localUfrag, localPassword, remoteUfrag, isControlling };
};

/**
 * Ends werift's own asking for consent, which has it from now on until `withdrawConsent`. False, nothing done, where
 * werift is not built as expected.
 */
export const endConsentChecks = (connection: IceConnection): boolean => {
  const stop = property(connection, 'stopConsentLifecycle');
  if (typeof stop !== 'function' || typeof property(connection, consentFlag) !== 'boolean')
    return false;
  Reflect.apply(stop, connection, []);
  return Reflect.set(connection, consentFlag, true);
};
const consentFlag = 'consentFresh';

export const withdrawConsent = (connection: IceConnection): void => {
  Reflect.set(connection, consentFlag, false);
};

/** What our own checks have to name, as it is now; undefined where werift does not tell. */
export const consentCredentialsOf = (connection: IceConnection): ConsentCredentials | undefined => {
  const localUfrag = property(connection, 'localUsername');
  const remoteUfrag = property(connection, 'remoteUsername');
  const remotePassword = property(connection, 'remotePassword');
  const isControlling = property(connection, 'iceControlling');
  const tieBreaker = property(connection, 'tieBreaker');
  if (typeof localUfrag !== 'string' || typeof remoteUfrag !== 'string') return undefined;
  if (typeof remotePassword !== 'string' || typeof isControlling !== 'boolean') return undefined;
  if (typeof tieBreaker !== 'bigint') return undefined;
  const nominates = isControlling && property(connection, 'remoteIsLite') === true;
  return { localUfrag, remoteUfrag, remotePassword, isControlling, tieBreaker, nominates };
};
