/**
 * One media worker of another node: the meetings that both are home of share its datagrams. A peer stays for as
 * long as this worker lives: its count must never begin anew under the same keys.
 */
import type { SoundDoor } from '../../call/ports/media.ts';
import {
  createLinkEntry,
  longestEntryBytes,
  readEntries,
  writeEntry,
  writeTick,
  type LinkEntry,
} from './link-entry.ts';
import type { LinkKeys } from './link-keys.ts';
import { createLinkOpener, createLinkSealer } from './link-seal.ts';

/** Takes the entries of one stream. `bytes` are the listener's for as long as it runs. */
export type EntryListener = (
  tick: number,
  entry: Readonly<LinkEntry>,
  bytes: Buffer,
  soundAt: number,
  arrivalMs: number,
) => void;

export interface LinkPeer {
  /** False where another meeting has the key: the two must not be taken for each other. */
  listen(streamKey: number, listener: EntryListener): boolean;
  forget(streamKey: number): void;
  /** Into this tick's datagram, which leaves when it is full, or with `flush`. */
  put(tick: number, entry: Readonly<LinkEntry>, sound: Buffer | undefined): void;
  flush(): void;
  /** A datagram with this peer's link ID. Never throws. */
  take(datagram: Buffer, arrivalMs: number): void;
  /** Datagrams of the peer that never came. */
  lost(): number;
}

export interface LinkPeerDeps {
  readonly door: SoundDoor;
  readonly keys: LinkKeys;
  readonly send: (bytes: Buffer, address: string, port: number) => void;
}

/** Within 1,280 bytes, which every path takes (RFC 8200 §5), headers and tag included. */
const datagramBytes = 1200;
const tagBytes = 16;

export const createLinkPeer = ({ door, keys, send }: LinkPeerDeps): LinkPeer => {
  const sealer = createLinkSealer(keys.out);
  const opener = createLinkOpener(keys.in);
  const listeners = new Map<number, EntryListener>();
  const read = createLinkEntry();
  let datagram: Buffer | undefined;
  let end = 0;

  const flush = (): void => {
    if (datagram === undefined) return;
    const sealed = datagram.subarray(0, sealer.seal(datagram, end));
    datagram = undefined;
    send(sealed, door.address, door.port);
  };

  return {
    listen: (streamKey, listener) => {
      if (listeners.has(streamKey)) return false;
      listeners.set(streamKey, listener);
      return true;
    },
    forget: (streamKey) => {
      listeners.delete(streamKey);
    },
    put: (tick, entry, sound) => {
      if (end + longestEntryBytes + tagBytes > datagramBytes) flush();
      if (datagram === undefined) {
        // Each its own: a socket that is full holds on to it.
        datagram = Buffer.allocUnsafe(datagramBytes);
        end = writeTick(datagram, tick);
      }
      end = writeEntry(datagram, end, entry, sound);
    },
    flush,
    take: (bytes, arrivalMs) => {
      const to = opener.open(bytes);
      if (typeof to !== 'number') return;
      readEntries(bytes, to, read, (tick, entry, soundAt) => {
        listeners.get(entry.streamKey)?.(tick, entry, bytes, soundAt, arrivalMs);
      });
    },
    lost: opener.lost,
  };
};
