/**
 * What passes on the wire, for whoever looks for a fault: a ladder of each call, and traces that were
 * asked for, of one call or of the next one from a number.
 *
 *   asked ──a call is found──▶ on ──`minutes` are over, or it is full──▶ done ──a day──▶ deleted
 *     └──`minutes` are over: done, empty
 */
import { randomBytes } from 'node:crypto';
import type { LadderLine } from '../call/ports/call-records.ts';
import type { Clock } from '../call/ports/process.ts';
import type { CallTraces, TraceView } from '../call/ports/traces.ts';
import { blankRtp } from './blank-rtp.ts';
import { blankSip, createHash, type BlankableMessage, type HashText } from './blank-sip.ts';
import { createLadders } from './ladder.ts';
import { pcapHeader, pcapRecord, type TracedEndpoint } from './pcap.ts';
import { showSip } from './show-sip.ts';

/** One SIP message as the engine hands it over. */
export interface TracedMessage {
  readonly direction: 'in' | 'out';
  readonly sipCallId: string;
  readonly message: BlankableMessage;
  readonly what: string;
  readonly exchange: string;
  /** Who calls, where it is an INVITE that begins a call. */
  readonly callerNumber: string | undefined;
  readonly local: TracedEndpoint;
  readonly remote: TracedEndpoint;
}

/** The beginning of one RTP packet. */
export interface TracedPacket {
  readonly atMs: number;
  readonly direction: 'in' | 'out';
  readonly localPort: number;
  readonly remote: TracedEndpoint;
  readonly header: Uint8Array;
  readonly bytes: number;
}

export interface Tracing extends CallTraces {
  sip(traced: TracedMessage): void;
  rtp(sipCallId: string, packets: readonly TracedPacket[]): void;
  takeLadder(sipCallId: string): readonly LadderLine[];
  /** RTP of a call is wanted, or no more. */
  onWanted(listener: (sipCallId: string, wanted: boolean) => void): void;
  close(): void;
}

const mostTraces = 10;
const mostBytes = 8 * 1024 * 1024;
const keptForMs = 24 * 3_600_000;

interface Trace {
  readonly traceId: string;
  readonly hash: HashText;
  number: string | undefined;
  sipCallId: string | undefined;
  /** Ours, as the last message had it: the sound is there, too. */
  localAddress: string | undefined;
  readonly startedAt: number;
  readonly endsAt: number;
  readonly deletedAt: number;
  readonly chunks: Buffer[];
  bytes: number;
  truncated: boolean;
  isDone: boolean;
}

const digitsOf = (number: string): string => number.replaceAll(/\D/g, '').replace(/^0+/, '');
/** Of one telephone: written with or without the country's code. */
const isSame = (one: string, other: string): boolean => {
  const [a, b] = [digitsOf(one), digitsOf(other)];
  return a.length >= 5 && b.length >= 5 && (a.endsWith(b) || b.endsWith(a));
};

const viewOf = (trace: Trace): TraceView => ({
  traceId: trace.traceId,
  state: trace.isDone ? 'done' : trace.sipCallId === undefined ? 'asked' : 'on',
  startedAt: trace.startedAt,
  endsAt: trace.endsAt,
  deletedAt: trace.deletedAt,
  packets: trace.chunks.length,
  bytes: trace.bytes,
  truncated: trace.truncated,
});

export const createTracing = ({ clock }: { readonly clock: Clock }): Tracing => {
  const ladders = createLadders();
  const traces = new Map<string, Trace>();
  const timers = new Map<string, () => void>();
  let want: (sipCallId: string, wanted: boolean) => void = () => undefined;

  const finish = (trace: Trace): void => {
    if (trace.isDone) return;
    trace.isDone = true;
    // Whom it was to be of is of no more use.
    trace.number = undefined;
    if (trace.sipCallId !== undefined) want(trace.sipCallId, false);
  };
  const remove = (traceId: string): boolean => {
    const trace = traces.get(traceId);
    if (trace === undefined) return false;
    finish(trace);
    timers.get(traceId)?.();
    timers.delete(traceId);
    return traces.delete(traceId);
  };
  const keep = (trace: Trace, record: Buffer): void => {
    if (trace.isDone) return;
    if (trace.bytes + record.length > mostBytes) {
      trace.truncated = true;
      finish(trace);
      return;
    }
    trace.chunks.push(record);
    trace.bytes += record.length;
  };
  const ends = (
    direction: 'in' | 'out',
    local: TracedEndpoint,
    remote: TracedEndpoint,
  ): readonly [TracedEndpoint, TracedEndpoint] =>
    direction === 'in' ? [remote, local] : [local, remote];

  /** The first call from the number is the one. */
  const claim = (trace: Trace, traced: TracedMessage): void => {
    const { callerNumber } = traced;
    if (trace.number === undefined || callerNumber === undefined) return;
    if (!isSame(trace.number, callerNumber)) return;
    trace.number = undefined;
    trace.sipCallId = traced.sipCallId;
    want(traced.sipCallId, true);
  };

  return {
    sip: (traced) => {
      const at = clock.now();
      const { direction, sipCallId, what, exchange } = traced;
      ladders.add(sipCallId, { at, direction, what, exchange, shown: showSip(traced.message) });
      for (const trace of traces.values()) {
        if (trace.isDone) continue;
        claim(trace, traced);
        if (trace.sipCallId !== sipCallId) continue;
        trace.localAddress = traced.local.address;
        const [from, to] = ends(direction, traced.local, traced.remote);
        keep(trace, pcapRecord(at, from, to, blankSip(traced.message, trace.hash)));
      }
    },
    rtp: (sipCallId, packets) => {
      for (const trace of traces.values()) {
        if (trace.sipCallId !== sipCallId) continue;
        for (const { atMs, direction, localPort, remote, header, bytes } of packets) {
          const shown = blankRtp(header);
          // A trace that began after the last message has none: both ends are then the same.
          const address = trace.localAddress ?? remote.address;
          const [from, to] = ends(direction, { address, port: localPort }, remote);
          if (shown) keep(trace, pcapRecord(atMs, from, to, shown, Math.max(bytes, shown.length)));
        }
      }
    },
    ladder: (sipCallId) => ladders.read(sipCallId),
    takeLadder: (sipCallId) => ladders.take(sipCallId),
    begin: (of, minutes) => {
      if (traces.size >= mostTraces) return undefined;
      const startedAt = clock.now();
      const endsAt = startedAt + minutes * 60_000;
      const trace: Trace = {
        traceId: randomBytes(9).toString('base64url'),
        hash: createHash(randomBytes(32)),
        number: 'number' in of ? of.number : undefined,
        sipCallId: 'sipCallId' in of ? of.sipCallId : undefined,
        localAddress: undefined,
        startedAt,
        endsAt,
        deletedAt: endsAt + keptForMs,
        chunks: [],
        bytes: 0,
        truncated: false,
        isDone: false,
      };
      const { traceId } = trace;
      traces.set(traceId, trace);
      const cancelEnd = clock.at(endsAt, () => {
        finish(trace);
      });
      const cancelDelete = clock.at(trace.deletedAt, () => {
        remove(traceId);
      });
      timers.set(traceId, () => {
        cancelEnd();
        cancelDelete();
      });
      if (trace.sipCallId !== undefined) want(trace.sipCallId, true);
      return viewOf(trace);
    },
    list: () => [...traces.values()].map(viewOf),
    pcap: (traceId) => {
      const trace = traces.get(traceId);
      return trace && Buffer.concat([pcapHeader(), ...trace.chunks]);
    },
    remove,
    onWanted: (listener) => {
      want = listener;
    },
    close: () => {
      for (const traceId of [...traces.keys()]) remove(traceId);
    },
  };
};
