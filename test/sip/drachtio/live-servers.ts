/** The real servers that the environment names, and an engine on them. */
import { resolve } from 'node:path';
import { loadPrompts } from '../../../src/bridge/audio/prompt-library.ts';
import { createMediaBridge } from '../../../src/bridge/client.ts';
import { asLegId, asNodeId } from '../../../src/call/identifiers.ts';
import type { MediaBridge } from '../../../src/call/ports/media.ts';
import { processClock } from '../../../src/process-clock.ts';
import {
  createDrachtioEngine,
  type DrachtioEngine,
  type DrachtioEngineOptions,
} from '../../../src/sip/drachtio/drachtio-engine.ts';
import { silentLog } from '../../support/media-calls.ts';

const serverOf = (text: string) => {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at), port: Number(text.slice(at + 1)) };
};
const {
  RINGBRO_TEST_DRACHTIO: drachtio,
  RINGBRO_TEST_FREESWITCH: freeSwitch,
  RINGBRO_TEST_DRACHTIO_SECRET: drachtioSecret = 'cymru',
  RINGBRO_TEST_FREESWITCH_SECRET: freeSwitchSecret = 'ClueCon',
  RINGBRO_TEST_FREESWITCH_PROMPTS: promptsPath = resolve('prompts'),
} = process.env;

export const areServersNamed = drachtio !== undefined && freeSwitch !== undefined;

/** Said in the names of tests that are skipped for want of them. */
export const whyNot = areServersNamed
  ? ''
  : ' (skipped: RINGBRO_TEST_DRACHTIO and RINGBRO_TEST_FREESWITCH name no servers)';

const firstPort = 24_000 + Math.floor(Math.random() * 2_000) * 2;

export const openTestMedia = async (livekit: {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}): Promise<MediaBridge> =>
  createMediaBridge({
    workers: 1,
    rtpPorts: { first: firstPort, last: firstPort + 1_000 },
    prompts: (await loadPrompts(resolve('prompts'), 8000)).library,
    livekit,
    nodeId: asNodeId('live'),
    log: silentLog,
  });

export const noLiveKit = {
  url: 'ws://127.0.0.1:1',
  apiKey: 'key',
  apiSecret: 'secret'.repeat(6),
} as const;

let legs = 0;

/** Not started. */
export const createLiveEngine = (
  media: MediaBridge,
  options: Partial<DrachtioEngineOptions> = {},
): DrachtioEngine =>
  createDrachtioEngine({
    drachtio: [{ style: 'inbound', ...serverOf(drachtio ?? '127.0.0.1:1') }],
    drachtioSecret,
    freeSwitch: (freeSwitch ?? '127.0.0.1:1').split(',').map(serverOf),
    freeSwitchSecret,
    listenAddress: '127.0.0.1',
    promptsPath,
    media,
    mediaAddress: '127.0.0.1',
    codecs: ['PCMA', 'PCMU'],
    mediaTimeoutMs: 60_000,
    newLegId: () => asLegId(`live-${process.pid}-${++legs}`),
    clock: processClock,
    log: silentLog,
    ...options,
  });

/** Where calls reach it over UDP. */
export const sipTarget = (engine: DrachtioEngine, user: string): string => {
  const address = engine.addresses.find((uri) => !uri.includes('transport')) ?? 'sip:127.0.0.1:1';
  return address.replace('sip:', `sip:${user}@`);
};
