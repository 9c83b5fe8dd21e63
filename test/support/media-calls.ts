/** Media bridges with real workers, and calls on them, for live tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pack } from '../../src/bridge/audio/prompt-library.ts';
import { createMediaBridge, type MediaBridgeOptions } from '../../src/bridge/client.ts';
import { asLegId, asNodeId, type RoomName } from '../../src/call/identifiers.ts';
import type {
  MediaBridge,
  MediaEvent,
  MediaLeg,
  MediaSession,
} from '../../src/call/ports/media.ts';
import type { Logger } from '../../src/call/ports/process.ts';
import type { RoomTarget } from '../../src/call/ports/sip-engine.ts';
import { openRtpPhone, type RtpPhone } from './rtp-phone.ts';
import { sine } from './sounds.ts';

export const silentLog: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};

/** One prompt, `en/speech`: a second of 450 Hz. */
export const testPrompts = pack(new Map([['en/speech', sine(8000, 450, 8000, 8000)]]), 8000);

export const until = async (condition: () => boolean, timeoutMs = 3000): Promise<void> => {
  const end = performance.now() + timeoutMs;
  while (!condition() && performance.now() < end) await sleep(5);
};

/** Waits until the gauges named in `wanted` have these values; returns what they are at last. */
export const gaugesUntil = async (
  bridge: MediaBridge,
  wanted: Readonly<Record<string, number>>,
): Promise<Readonly<Record<string, number>>> => {
  const end = performance.now() + 3000;
  for (;;) {
    const gauges = await bridge.gauges();
    const read = Object.fromEntries(Object.keys(wanted).map((name) => [name, gauges[name] ?? NaN]));
    const reached = Object.entries(wanted).every(([name, value]) => read[name] === value);
    if (reached || performance.now() > end) return read;
    await sleep(20);
  }
};

export interface MediaCall {
  readonly leg: MediaLeg;
  readonly phone: RtpPhone;
  readonly events: MediaEvent[];
  target(room: RoomName, changes?: Partial<RoomTarget>): RoomTarget;
  /** How often an event of this type came. */
  count(type: MediaEvent['type']): number;
}

/** A test's bridges and phones; `close` ends all of them. */
export const createMediaCalls = () => {
  const open: { close(): unknown }[] = [];
  const firstPort = 20_000 + Math.floor(Math.random() * 10_000) * 2;
  let legNumber = 0;

  const openBridge = async (options: Partial<MediaBridgeOptions> = {}): Promise<MediaBridge> => {
    const bridge = await createMediaBridge({
      workers: 1,
      rtpPorts: { first: firstPort, last: firstPort + 400 },
      prompts: testPrompts,
      livekit: { url: 'ws://127.0.0.1:1', apiKey: 'key', apiSecret: 'secret'.repeat(6) },
      nodeId: asNodeId('node'),
      log: silentLog,
      ...options,
    });
    open.push(bridge);
    return bridge;
  };

  /** A leg that is configured; it has not started and the phone is silent. */
  const openCall = async (
    bridge: MediaBridge,
    changes: Partial<MediaSession> = {},
    options: { readonly video?: boolean } = {},
  ): Promise<MediaCall> => {
    const phone = await openRtpPhone();
    open.push(phone);
    const legId = asLegId(`leg-${++legNumber}`);
    const leg = await bridge.openLeg(legId, '127.0.0.1', options);
    const events: MediaEvent[] = [];
    leg.onEvent((event) => events.push(event));
    leg.configure(phone.session(changes));
    return {
      leg,
      phone,
      events,
      target: (room, targetChanges = {}) => ({
        room,
        identity: `ringbro:node:${legId}`,
        name: 'Phone',
        attributes: {},
        muted: false,
        ...targetChanges,
      }),
      count: (type) => events.filter((event) => event.type === type).length,
    };
  };

  return {
    firstPort,
    openBridge,
    openCall,
    startCall: async (...args: Parameters<typeof openCall>): Promise<MediaCall> => {
      const call = await openCall(...args);
      call.phone.dial(call.leg.localPort);
      call.leg.start();
      return call;
    },
    close: async (): Promise<void> => {
      for (const thing of open.splice(0).reverse()) await thing.close();
    },
  };
};
