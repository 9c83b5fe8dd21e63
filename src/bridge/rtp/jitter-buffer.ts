import { extendSequence, nextSequence } from './sequence.ts';
import type { RtpView } from './rtp-packet.ts';

/** One packet that waits. The slot is reused: valid until it is released. */
export interface BufferedPacket {
  readonly extendedSequence: number;
  readonly timestamp: number;
  readonly payloadType: number;
  readonly marker: boolean;
  readonly arrivalMs: number;
  readonly payload: Uint8Array;
  readonly kind: PacketKind;
  /** The owner's own: where the packet belongs on its time line. */
  position: number;
}

/** Only `audio` is sound; the others have sequence numbers that must not count as lost. */
export type PacketKind = 'audio' | 'event' | 'comfort-noise';

/**
 * `stored`; `duplicate` and `late` (behind what was released) are dropped; `restarted`: stored as
 * the first of a stream that begins, all before is forgotten and the owner anchors anew.
 */
export type InsertResult = 'stored' | 'duplicate' | 'late' | 'restarted';

/**
 * Packets of one source in the order of their sequence numbers. A packet is held in a slot, and the
 * slot that was released last is filled next: a steady stream lives in two or three of them, which
 * stay in the processor's cache.
 */
export interface JitterBuffer {
  insert(packet: Uint8Array, view: RtpView, arrivalMs: number, kind: PacketKind): InsertResult;
  /** The slot that the last `insert` stored into. */
  latest(): BufferedPacket;
  /** The first packet in order that is there. */
  head(): BufferedPacket | undefined;
  /** How many packets are missing before the head; 0 without one. */
  missingBeforeHead(): number;
  /** Gives up what is missing before the head, and the head itself: its slot is good until the next `insert`. */
  release(): void;
  /** Forgets all: the next packet restarts. */
  clear(): void;
  count(): number;
}

interface Slot {
  extendedSequence: number;
  timestamp: number;
  payloadType: number;
  marker: boolean;
  arrivalMs: number;
  position: number;
  kind: PacketKind;
  bytes: Uint8Array;
  payload: Uint8Array;
}

// RFC 3550 A.1: jumps beyond these are a restarted sender, believed when its next packet follows.
const maxDropout = 3000;
const maxMisorder = 100;
/** Packets in a row that are behind what was released: the sender stepped back. */
const steppedBackPackets = 10;
/** Stragglers of the source before this one don't bring it back. */
const retiredSourceMs = 1000;
const noPayload = new Uint8Array(0);

const createSlot = (): Slot => ({
  extendedSequence: -1,
  timestamp: 0,
  payloadType: 0,
  marker: false,
  arrivalMs: 0,
  position: 0,
  kind: 'audio',
  bytes: noPayload,
  payload: noPayload,
});

const fillSlot = (slot: Slot, packet: Uint8Array, view: RtpView, arrivalMs: number): void => {
  const { payloadOffset, payloadLength } = view;
  if (slot.bytes.length < payloadLength) slot.bytes = new Uint8Array((payloadLength + 63) & ~63);
  // A stream of one packet size makes its views once.
  if (slot.payload.length !== payloadLength || slot.payload.buffer !== slot.bytes.buffer) {
    slot.payload = slot.bytes.subarray(0, payloadLength);
  }
  const bytes = slot.bytes;
  for (let index = 0; index < payloadLength; index += 1) {
    bytes[index] = packet[payloadOffset + index]!;
  }
  slot.timestamp = view.timestamp;
  slot.payloadType = view.payloadType;
  slot.marker = view.marker;
  slot.arrivalMs = arrivalMs;
  slot.position = 0;
};

const neverSeen = -1;

/** `capacity` in packets: a power of two. */
export const createJitterBuffer = (capacity: number): JitterBuffer => {
  const mask = capacity - 1;
  /** By extended sequence number: the slots of what is held, and which packets came. */
  const held: (Slot | undefined)[] = Array.from({ length: capacity });
  const seen = new Int32Array(capacity).fill(neverSeen);
  const free: Slot[] = [];
  let started = false;
  let ssrc = 0;
  let retiredSsrc = -1;
  let lastArrivalMs = 0;
  let highest = 0;
  /** The extended sequence number that would be released next. */
  let next = 0;
  let count = 0;
  let expectedAfterJump = -1;
  let expectedBehind = -1;
  let behindInRow = 0;
  let latestSlot = createSlot();

  /** Whether there was one. */
  const giveUp = (index: number): boolean => {
    const slot = held[index];
    if (slot === undefined) return false;
    held[index] = undefined;
    free.push(slot);
    count -= 1;
    return true;
  };

  const forget = (): void => {
    for (let index = 0; index < capacity; index += 1) giveUp(index);
    seen.fill(neverSeen);
    started = false;
  };

  const store = (
    packet: Uint8Array,
    view: RtpView,
    arrivalMs: number,
    kind: PacketKind,
    extended: number,
  ): void => {
    const slot = free.pop() ?? createSlot();
    fillSlot(slot, packet, view, arrivalMs);
    slot.kind = kind;
    slot.extendedSequence = extended;
    giveUp(extended & mask);
    held[extended & mask] = slot;
    seen[extended & mask] = extended;
    latestSlot = slot;
    count += 1;
    lastArrivalMs = arrivalMs;
    behindInRow = 0;
    expectedAfterJump = -1;
  };

  const restart = (
    packet: Uint8Array,
    view: RtpView,
    arrivalMs: number,
    kind: PacketKind,
  ): InsertResult => {
    forget();
    started = true;
    ssrc = view.ssrc;
    // One cycle ahead, so that packets from before the first one stay above zero.
    highest = next = view.sequenceNumber + 0x10000;
    store(packet, view, arrivalMs, kind, next);
    return 'restarted';
  };

  const isBehind = (sequence: number): boolean => {
    behindInRow = sequence === expectedBehind ? behindInRow + 1 : 1;
    expectedBehind = nextSequence(sequence);
    return behindInRow < steppedBackPackets;
  };

  /** Gives up the oldest so that `extended` has its slot. */
  const makeRoom = (extended: number): void => {
    const oldest = extended - capacity + 1;
    for (; next < oldest && count > 0; next += 1) giveUp(next & mask);
    next = Math.max(next, oldest);
  };

  const findHead = (): Slot | undefined => {
    if (count === 0) return undefined;
    for (let extended = next; extended <= highest; extended += 1) {
      const slot = held[extended & mask];
      if (slot !== undefined) return slot;
    }
    return undefined;
  };

  return {
    insert(packet, view, arrivalMs, kind) {
      if (!started) return restart(packet, view, arrivalMs, kind);
      if (view.ssrc !== ssrc) {
        if (view.ssrc === retiredSsrc && arrivalMs - lastArrivalMs < retiredSourceMs) return 'late';
        retiredSsrc = ssrc;
        return restart(packet, view, arrivalMs, kind);
      }
      const sequence = view.sequenceNumber;
      const extended = extendSequence(highest, sequence);
      const ahead = extended - highest;
      if (ahead > maxDropout || ahead < -maxMisorder) {
        if (sequence === expectedAfterJump) return restart(packet, view, arrivalMs, kind);
        expectedAfterJump = nextSequence(sequence);
        return 'late';
      }
      if (seen[extended & mask] === extended) return 'duplicate';
      if (extended < next) {
        return isBehind(sequence) ? 'late' : restart(packet, view, arrivalMs, kind);
      }
      makeRoom(extended);
      if (ahead > 0) highest = extended;
      store(packet, view, arrivalMs, kind, extended);
      return 'stored';
    },
    latest: () => latestSlot,
    head: findHead,
    missingBeforeHead() {
      const head = findHead();
      return head === undefined ? 0 : head.extendedSequence - next;
    },
    release() {
      const head = findHead();
      if (head === undefined) return;
      giveUp(head.extendedSequence & mask);
      next = head.extendedSequence + 1;
    },
    clear() {
      forget();
      retiredSsrc = -1;
    },
    count: () => count,
  };
};
