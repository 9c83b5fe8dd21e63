/**
 * SRTP of one leg, both ways, through changes of keys.
 *
 *   off ── configure(crypto) ──▶ on ── other remote key ──▶ on, the former key tried too
 *    ▲                            │                          until the new one was used
 *    └──── configure(undefined) ──┘
 */
import type { MediaCrypto, SrtpKey } from '../../call/ports/media.ts';
import { createSrtpReceiver, type SrtpReceiver, type Unprotected } from './srtp-receiver.ts';
import { createSrtpSender, type SrtpSender } from './srtp-sender.ts';

export interface SrtpSession {
  /** After each offer/answer. What did not change goes on, roll-over counters and replay windows too. */
  configure(crypto: MediaCrypto | undefined): void;
  /** The packet itself while off; else a buffer that the next call uses again. */
  protectRtp(packet: Uint8Array): Uint8Array;
  protectRtcp(compound: Uint8Array): Uint8Array;
  /** The plain packet, in the buffer that was given; undefined where it is to be dropped. */
  unprotectRtp(packet: Buffer): Buffer | undefined;
  unprotectRtcp(compound: Buffer): Buffer | undefined;
  isOn(): boolean;
  /** Packets dropped. */
  forged(): number;
  replayed(): number;
}

const isSameKey = (one: SrtpKey, other: SrtpKey): boolean =>
  Buffer.compare(one.masterKey, other.masterKey) === 0 &&
  Buffer.compare(one.masterSalt, other.masterSalt) === 0;

export const createSrtpSession = (): SrtpSession => {
  let crypto: MediaCrypto | undefined;
  let sender: SrtpSender | undefined;
  let receiver: SrtpReceiver | undefined;
  /** What is in flight when the key changes came under the one before. */
  let former: SrtpReceiver | undefined;
  let forged = 0;
  let replayed = 0;

  const unprotect = (
    packet: Buffer,
    by: (receiver: SrtpReceiver) => Unprotected,
  ): Buffer | undefined => {
    if (receiver === undefined) return packet;
    let length = by(receiver);
    if (typeof length === 'number') former = undefined;
    else if (former !== undefined && length === 'forged') length = by(former);
    if (typeof length === 'number') return packet.subarray(0, length);
    if (length === 'replayed') replayed += 1;
    else forged += 1;
    return undefined;
  };

  return {
    configure: (next) => {
      const before = crypto;
      crypto = next;
      if (next === undefined) {
        sender = receiver = former = undefined;
        return;
      }
      const sameSuite = before?.suite === next.suite;
      if (!sameSuite || !isSameKey(before.local, next.local)) {
        sender = createSrtpSender(next.suite, next.local);
      }
      if (!sameSuite || !isSameKey(before.remote, next.remote)) {
        former = receiver;
        receiver = createSrtpReceiver(next.suite, next.remote, former);
      }
    },
    protectRtp: (packet) => sender?.protectRtp(packet) ?? packet,
    protectRtcp: (compound) => sender?.protectRtcp(compound) ?? compound,
    unprotectRtp: (packet) => unprotect(packet, (by) => by.unprotectRtp(packet)),
    unprotectRtcp: (compound) => unprotect(compound, (by) => by.unprotectRtcp(compound)),
    isOn: () => crypto !== undefined,
    forged: () => forged,
    replayed: () => replayed,
  };
};
