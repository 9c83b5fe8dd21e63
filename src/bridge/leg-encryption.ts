/**
 * SRTP of one leg, wherever its keys come from.
 *
 *            ┌─ crypto in the session ──▶ on, with the keys of the SDP
 *   off ─────┤
 *            └─ dtls in the session ──▶ shaking hands: no sound either way ── keys ──▶ on
 *                                            ▲                                 │
 *                                            └──────── another association ────┘
 *                                              (what was agreed holds till then)
 *
 * Where RTCP has a port of its own, it has a handshake of its own. RFC 5764 §4.1, §3
 */
import type { MediaCrypto, MediaDtls, MediaSession } from '../call/ports/media.ts';
import { createDtlsAssociation, type DtlsAssociation } from './rtp/dtls-association.ts';
import type { DtlsIdentity } from './rtp/dtls-identity.ts';
import type { HandshakeProblem } from './rtp/dtls-proof.ts';
import { createSrtpSession, type SrtpSession } from './rtp/srtp-session.ts';

/** A port of the leg. */
export type MediaComponent = 'rtp' | 'rtcp';

export interface LegEncryption {
  /** After each offer/answer. */
  configure(session: Pick<MediaSession, 'rtcpMux' | 'crypto' | 'dtls'>): void;
  /** What is to be sent; undefined while it must not be. The buffer may be used again by the next call. */
  protectRtp(packet: Uint8Array): Uint8Array | undefined;
  protectRtcp(compound: Uint8Array): Uint8Array | undefined;
  /** The plain packet, in the buffer that was given; undefined where it is to be dropped. */
  unprotectRtp(packet: Buffer): Buffer | undefined;
  unprotectRtcp(compound: Buffer): Buffer | undefined;
  /** A datagram that is DTLS by its first byte. */
  takeDtls(component: MediaComponent, datagram: Buffer): void;
  /** A handshake is wanted on that port and not done. */
  isShakingHands(component: MediaComponent): boolean;
  isOn(): boolean;
  forged(): number;
  replayed(): number;
  close(): void;
}

export interface LegEncryptionDeps {
  /** Undefined: sessions with `dtls` stay silent. */
  readonly identity: DtlsIdentity | undefined;
  readonly nowMs: () => number;
  readonly sendDtls: (component: MediaComponent, datagram: Buffer) => void;
  /** Sound is encrypted from now on, with the keys of a handshake. */
  readonly onKeys: (suite: MediaCrypto['suite']) => void;
  readonly onFailed: (problem: HandshakeProblem) => void;
}

interface Handshake {
  readonly name: string;
  readonly association: DtlsAssociation;
  isDone: boolean;
}

export const createLegEncryption = (deps: LegEncryptionDeps): LegEncryption => {
  const rtp = createSrtpSession();
  /** For a port of its own with a handshake of its own. */
  const rtcpAlone = createSrtpSession();
  let handshakes: Partial<Record<MediaComponent, Handshake>> = {};
  let dtls: MediaDtls | undefined;
  let isMuxed = false;

  const rtcp = (): SrtpSession => (dtls !== undefined && !isMuxed ? rtcpAlone : rtp);
  const isSilent = (session: SrtpSession): boolean => dtls !== undefined && !session.isOn();

  const shakeHands = (component: MediaComponent, wanted: MediaDtls): void => {
    const before = handshakes[component];
    if (deps.identity === undefined || before?.name === wanted.association) return;
    before?.association.close();
    const association = createDtlsAssociation({
      role: wanted.role,
      fingerprints: wanted.fingerprints,
      identity: deps.identity,
      nowMs: deps.nowMs,
      send: (datagram) => {
        deps.sendDtls(component, datagram);
      },
      onKeys: (crypto) => {
        handshake.isDone = true;
        (component === 'rtp' ? rtp : rtcpAlone).configure(crypto);
        if (component === 'rtp') deps.onKeys(crypto.suite);
      },
      onFailed: deps.onFailed,
    });
    const handshake: Handshake = { name: wanted.association, association, isDone: false };
    handshakes[component] = handshake;
  };
  const hangUp = (): void => {
    for (const { association } of Object.values(handshakes)) association.close();
    handshakes = {};
  };

  return {
    configure: (session) => {
      const had = dtls;
      ({ dtls, rtcpMux: isMuxed } = session);
      if (dtls === undefined) {
        hangUp();
        rtp.configure(session.crypto);
        return;
      }
      // The keys of an SDP are not those of a handshake.
      if (had === undefined) rtp.configure(undefined);
      shakeHands('rtp', dtls);
      if (!isMuxed) shakeHands('rtcp', dtls);
    },
    protectRtp: (packet) => (isSilent(rtp) ? undefined : rtp.protectRtp(packet)),
    protectRtcp: (compound) => (isSilent(rtcp()) ? undefined : rtcp().protectRtcp(compound)),
    unprotectRtp: (packet) => (isSilent(rtp) ? undefined : rtp.unprotectRtp(packet)),
    unprotectRtcp: (compound) => (isSilent(rtcp()) ? undefined : rtcp().unprotectRtcp(compound)),
    takeDtls: (component, datagram) => handshakes[component]?.association.receive(datagram),
    isShakingHands: (component) => handshakes[component]?.isDone === false,
    isOn: () => dtls !== undefined || rtp.isOn(),
    forged: () => rtp.forged() + rtcpAlone.forged(),
    replayed: () => rtp.replayed() + rtcpAlone.replayed(),
    close: hangUp,
  };
};
