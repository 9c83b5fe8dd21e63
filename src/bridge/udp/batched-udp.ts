/** What the batched sockets of one thread share. */
import { adoptBatchedSocket, openBatchedSocket } from './batched-socket.ts';
import { createInbox } from './inbox.ts';
import { openLibc } from './libc.ts';
import { keepDescriptors } from './open-descriptors.ts';
import { createOutbox } from './outbox.ts';
import { startPacer } from './pacer.ts';
import { createReadySet } from './ready-set.ts';
import type { AdoptSocket, OpenUdpSocket, PacketListener } from './udp-socket.ts';

export interface BatchedUdp {
  readonly open: OpenUdpSocket;
  /** Has those of them read that have something to. */
  readonly readReady: () => void;
  /** What the sockets send from now on leaves then, on the dot; undefined: at once. */
  readonly holdUntil: (dueMs: number | undefined) => void;
  /** Sockets whose packets leave at once, whatever is held, and that are read together. */
  readonly prompt: PromptUdp;
  /** After the sockets. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface PromptUdp {
  readonly open: OpenUdpSocket;
  readonly adopt: AdoptSocket;
  /** Has those read that have something to: to be called at each tick. Never throws. */
  readonly read: () => void;
}

export interface BatchedUdpOptions {
  /** The clock that all threads share. */
  readonly nowMs: () => number;
  /** Whether packets will be held: that takes a thread. */
  readonly isPaced: boolean;
  /** Where what is open is written down, for who starts this thread. */
  readonly descriptorMemory?: SharedArrayBuffer | undefined;
  /** A packet of a prompt socket met a bug in who took it. */
  readonly onFault?: (error: unknown) => void;
}

/** Undefined where Node or the machine has no such calls. */
export const createBatchedUdp = ({
  nowMs,
  isPaced,
  descriptorMemory,
  onFault = () => undefined,
}: BatchedUdpOptions): BatchedUdp | undefined => {
  const libc = openLibc();
  if (libc === undefined) return undefined;
  const [ready, promptReady] = [createReadySet(libc), createReadySet(libc)];
  if (ready === undefined || promptReady === undefined) return undefined;
  const inbox = createInbox(libc, nowMs);
  const pacer = isPaced ? startPacer(libc) : undefined;
  const outbox = createOutbox(libc, pacer);
  const descriptors = descriptorMemory && keepDescriptors(descriptorMemory);
  const kept = [ready, promptReady].map(({ fd }) => descriptors?.add(fd));
  const deps = { libc, inbox, outbox, ready, descriptors };
  const promptDeps = { ...deps, ready: promptReady, outbox: createOutbox(libc, undefined) };
  const guarded =
    (onPacket: PacketListener): PacketListener =>
    (...arrived) => {
      try {
        onPacket(...arrived);
      } catch (error) {
        onFault(error);
      }
    };
  const prompt: PromptUdp = {
    open: (options) => {
      const onPacket = guarded(options.onPacket);
      return Promise.resolve(openBatchedSocket(promptDeps, { ...options, onPacket }));
    },
    adopt: (socket, onPacket) => {
      const adopted = adoptBatchedSocket(promptDeps, socket, guarded(onPacket));
      if (adopted !== undefined) socket.once('close', () => void adopted.close());
      return adopted;
    },
    read: promptReady.readReady,
  };
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    for (const forget of kept) forget?.();
    ready.close();
    promptReady.close();
    await pacer?.close();
  };
  return {
    open: (options) => Promise.resolve(openBatchedSocket(deps, options)),
    readReady: ready.readReady,
    holdUntil: outbox.holdUntil,
    prompt,
    close: () => (closing ??= close()),
  };
};
