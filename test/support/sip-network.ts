/**
 * User agents joined by a network that loses, delays (and so reorders) and duplicates datagrams, in
 * simulated time: the same seed gives the same calls. Nothing here waits for real.
 */
import type { Clock, Logger } from '../../src/call/ports/process.ts';
import type { RandomBytes } from '../../src/sip/dialog/tokens.ts';
import type { ListenSpec } from '../../src/sip/embedded/listen-addresses.ts';
import type { SipTransport, TransportListener } from '../../src/sip/embedded/sip-transport.ts';
import { parseMessage } from '../../src/sip/message/parse-message.ts';
import { createDeadlineQueue } from '../../src/sip/transaction/deadline-queue.ts';
import { endpointText, type Flow } from '../../src/sip/transaction/flow.ts';

export interface NetworkConditions {
  readonly seed: number;
  /** Shares of datagrams, 0 to 1. */
  readonly loss: number;
  readonly duplication: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

export const perfectNetwork: NetworkConditions = {
  seed: 1,
  loss: 0,
  duplication: 0,
  minDelayMs: 5,
  maxDelayMs: 5,
};

export interface SipNetwork {
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  readonly fraction: () => number;
  readonly random: RandomBytes;
  /** Puts a user agent's UDP transport into the network (`openTransport`). */
  readonly openTransport: (spec: ListenSpec, listener: TransportListener) => Promise<SipTransport>;
  /** Called for each datagram sent; false loses it. */
  onDatagram(decide: (line: string, bytes: Buffer) => boolean): void;
  /** A datagram from an address where nobody listens. */
  inject(text: string, from: string, to: string): void;
  /** The first lines of all datagrams sent, as `12500 10.0.0.1 BYE sip:…`. */
  readonly trace: readonly string[];
  /** Lets simulated time pass. */
  run(ms: number): void;
}

/** mulberry32: small, and good enough to shake calls. */
export const seededFraction = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export const createSipNetwork = (conditions: NetworkConditions = perfectNetwork): SipNetwork => {
  const fraction = seededFraction(conditions.seed);
  const timers = createDeadlineQueue<{ readonly callback: () => void }>();
  const listeners = new Map<string, (bytes: Buffer, flow: Flow) => void>();
  const trace: string[] = [];
  let now = 1_000_000;
  let decide: (line: string, bytes: Buffer) => boolean = () => true;

  const clock: Clock = {
    now: () => now,
    at: (at, callback) => {
      const timer = { callback };
      timers.set(timer, at);
      return () => {
        timers.set(timer, undefined);
      };
    },
  };

  const carry = (bytes: Buffer, from: string, to: string): void => {
    const line = bytes.toString('latin1', 0, 200).split('\r\n')[0] ?? '';
    trace.push(`${now - 1_000_000} ${from} ${line}`);
    const isKept = decide(line, bytes) && fraction() >= conditions.loss;
    const copies = (isKept ? 1 : 0) + (isKept && fraction() < conditions.duplication ? 1 : 0);
    const [address = '', port = ''] = from.split(':');
    for (let copy = 0; copy < copies; copy++) {
      const spread = conditions.maxDelayMs - conditions.minDelayMs;
      clock.at(now + conditions.minDelayMs + Math.floor(fraction() * (spread + 1)), () => {
        const [localAddress = '', localPort = ''] = to.split(':');
        listeners.get(to)?.(Buffer.from(bytes), {
          transport: 'udp',
          local: { address: localAddress, port: Number(localPort) },
          remote: { address, port: Number(port) },
          connectionId: undefined,
        });
      });
    }
  };

  return {
    clock,
    fraction,
    random: (size) => Uint8Array.from({ length: size }, () => Math.floor(fraction() * 256)),
    openTransport: async ({ transport, address, port }, listener) => {
      const own = endpointText({ address, port });
      listeners.set(own, (bytes, flow) => {
        listener.onMessage(parseMessage(bytes), flow);
      });
      return {
        kind: transport,
        local: { address, port },
        send: (bytes, flow) => {
          carry(bytes, own, endpointText(flow.remote));
        },
        hasConnection: () => false,
        connections: 0,
        close: async () => void listeners.delete(own),
      };
    },
    onDatagram: (newDecide) => {
      decide = newDecide;
    },
    inject: (text, from, to) => {
      carry(Buffer.from(text.replaceAll(/\r?\n/g, '\r\n')), from, to);
    },
    trace,
    run: (ms) => {
      const until = now + ms;
      for (;;) {
        const at = timers.next();
        if (at === undefined || at > until) break;
        now = Math.max(now, at);
        timers.takeDue(now)?.callback();
      }
      now = until;
    },
  };
};

/** A log that fails the test where the code reports an error of its own. */
export const strictLog: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => {
    throw new Error(`${message}: ${JSON.stringify(fields, errorText)}`);
  },
  child: () => strictLog,
};
const errorText = (_key: string, value: unknown): unknown =>
  value instanceof Error ? value.stack : value;
