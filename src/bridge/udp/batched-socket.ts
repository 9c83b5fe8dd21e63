/**
 * UDP sockets of the C library: nothing happens at a packet's arrival, and each tick takes what has come
 * at one call. That costs a third of an event for each packet, leaves no garbage, and tells when the
 * kernel had it, however late the tick.
 */
import type { Socket } from 'node:dgram';
import type { Inbox } from './inbox.ts';
import type { Libc } from './libc.ts';
import { nodeHandleOf } from './node-handle.ts';
import type { OpenDescriptors } from './open-descriptors.ts';
import type { Outbox } from './outbox.ts';
import type { ReadySet } from './ready-set.ts';
import { readSocketName, socketFamily, socketName, socketNameBytes } from './socket-name.ts';
import {
  defaultReceiveBufferBytes,
  type PacketListener,
  type UdpSocket,
  type UdpSocketOptions,
} from './udp-socket.ts';

export interface BatchedSocketDeps {
  readonly libc: Libc;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly ready: ReadySet;
  readonly descriptors: OpenDescriptors | undefined;
}

const datagramNonblockCloexec = 2 | 0x800 | 0x80000;
const levelSocket = 1;
const optionReceiveBuffer = 8;
/** Each packet's time of arrival. socket(7) */
const optionTimestamp = 35;
/** A second descriptor of the same socket, for no program that is started. fcntl(2) */
const duplicateCloexec = 1030;
const defaultMostAtOnce = 32;

/** Undefined where the port can't be bound. */
export const openBatchedSocket = (
  deps: BatchedSocketDeps,
  options: UdpSocketOptions,
): UdpSocket | undefined => {
  const { libc } = deps;
  const name = socketName(libc, options.address, options.port);
  if (name === undefined) return undefined;
  const fd = libc.socket(socketFamily(options.address), datagramNonblockCloexec, 0);
  if (fd < 0) return undefined;
  if (libc.bind(fd, name, name.length) !== 0) {
    libc.close(fd);
    return undefined;
  }
  const receiveBufferBytes = options.receiveBufferBytes ?? defaultReceiveBufferBytes;
  setOption(libc, fd, optionReceiveBuffer, receiveBufferBytes);
  return socketOn(fd, deps, options);
};

/** As `AdoptSocket`; whoever gets it closes it with Node's. */
export const adoptBatchedSocket = (
  deps: BatchedSocketDeps,
  socket: Socket,
  onPacket: PacketListener,
): UdpSocket | undefined => {
  const handle = nodeHandleOf(socket);
  if (handle === undefined) return undefined;
  // Of our own, since Node closes its descriptor when it likes, and the next socket gets the number.
  const fd = deps.libc.fcntl(handle.fd, duplicateCloexec, 0);
  if (fd < 0) return undefined;
  handle.recvStop();
  return socketOn(fd, deps, { onPacket });
};

/** Refused, the kernel's own size will do, and the time of reading for that of arrival. */
const setOption = (libc: Libc, fd: number, option: number, value: number): void => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  libc.setsockopt(fd, levelSocket, option, bytes, bytes.length);
};

/** The port that a socket has. */
const portOf = (libc: Libc, fd: number): number => {
  const name = Buffer.alloc(socketNameBytes);
  const length = Buffer.alloc(4);
  length.writeInt32LE(name.length);
  libc.getsockname(fd, name, length);
  return readSocketName(name).port;
};

const socketOn = (
  fd: number,
  { libc, inbox, outbox, ready, descriptors }: BatchedSocketDeps,
  { onPacket, mostAtOnce = defaultMostAtOnce }: Pick<UdpSocketOptions, 'onPacket' | 'mostAtOnce'>,
): UdpSocket => {
  setOption(libc, fd, optionTimestamp, 1);
  const forget = descriptors?.add(fd);
  let errors = 0;
  let closing: Promise<void> | undefined;
  const isOpen = (): boolean => closing === undefined;

  /** Whom packets went to last, and came from. */
  let toAddress = '';
  let toPort = 0;
  let toName: Uint8Array | undefined;
  let isSettled = false;
  let from = { address: '', port: 0 };
  const fromName = Buffer.alloc(socketNameBytes);

  const look = (address: string, port: number): void => {
    if (port === toPort && address === toAddress) return;
    [toAddress, toPort] = [address, port];
    toName = socketName(libc, address, port);
  };
  const unspecified = Buffer.alloc(socketNameBytes); // AF_UNSPEC ends a connection. connect(2)
  const unsettle = (): void => {
    if (!isSettled || !isOpen()) return;
    isSettled = false;
    if (libc.connect(fd, unspecified, unspecified.length) !== 0) errors += 1;
  };
  const handOn = (index: number): void => {
    const packet = inbox.packet(index);
    if (packet === undefined) return;
    const name = inbox.name(index);
    if (!name.equals(fromName)) {
      name.copy(fromName);
      from = readSocketName(name);
    }
    onPacket(packet, from.address, from.port, inbox.arrivalMs(index));
  };

  const close = async (): Promise<void> => {
    // Another thread may be about to send by this descriptor, whose number the next socket gets.
    await outbox.sent();
    leaveReady();
    forget?.();
    libc.close(fd);
  };

  const read = (): void => {
    for (let taken = 0; taken < mostAtOnce && isOpen(); taken += inbox.size) {
      const count = inbox.receive(fd);
      for (let index = 0; index < count && isOpen(); index += 1) handOn(index);
      if (count < inbox.size) return;
    }
  };
  const leaveReady = ready.add(fd, read);

  return {
    port: portOf(libc, fd),
    send: (packet, address, port) => {
      if (!isOpen()) return;
      const isSame = port === toPort && address === toAddress;
      if (isSettled && !isSame) unsettle();
      if (!isSame) look(address, port);
      if (toName === undefined || port === 0) errors += 1;
      else if (!outbox.send(fd, packet, isSettled ? undefined : toName)) errors += 1;
    },
    settleOn: (address, port) => {
      if (!isOpen()) return;
      if (isSettled && port === toPort && address === toAddress) return;
      unsettle();
      look(address, port);
      isSettled = toName !== undefined && libc.connect(fd, toName, toName.length) === 0;
      if (!isSettled) errors += 1;
    },
    unsettle,
    read,
    errors: () => errors,
    close: () => (closing ??= close()),
  };
};
