/** The costs of a caller on this machine, each as a difference of two loads that differ in that alone. */
import { setTimeout as wait } from 'node:timers/promises';
import { dispose } from '@livekit/rtc-node';
import { startLiveKitServer, type TestLiveKitServer } from '../../test/support/livekit-server.ts';
import { measureGateway, type CostShape } from '../cost-per-caller.ts';
import { startCallerFarm, type CallerFarm } from '../support/farm-client.ts';
import { startGatewayUnderTest } from '../support/gateway-under-test.ts';
import { paced } from '../support/paced.ts';
import { measureCpu } from '../support/process-usage.ts';
import { median } from '../support/statistics.ts';
import type { MeasuredCosts } from './costs.ts';
import { measureLinkedCaller } from './measure-links.ts';

const options = { warmUpMs: 8000, windows: 4, windowMs: 4000, callsPerSecond: 8 };
const [pairs, guestRooms] = [20, 12];
const inPairs: CostShape = { name: 'pairs', rooms: pairs, callersPerRoom: 2, guest: false };
const withGuests: CostShape = { name: 'guests', rooms: guestRooms, callersPerRoom: 1, guest: true };

/** Calls of two seconds, one after another, for what coming and going costs. */
const shortCalls = { count: 60, perSecond: 4, lastMs: 2000 };

type Measured = Omit<
  MeasuredCosts,
  'freeSwitchPctPerCaller' | 'storeWritesPerCall' | 'storeWritesPerSecond'
>;

export async function measureCosts(): Promise<Measured> {
  const livekit = await startLiveKitServer();
  const farm = startCallerFarm();
  try {
    const load = async (shape: CostShape, env: Readonly<Record<string, string>>) => {
      const measured = await measureGateway(livekit, farm, shape, options, env);
      const callers = shape.rooms * shape.callersPerRoom;
      if (measured.joined < callers) throw new Error(`${measured.joined} of ${callers} joined`);
      return {
        ...measured,
        gatewayPct: (median(measured.cpu) - measured.atRestPct) / callers,
        livekitPctPerCaller: measured.livekitPct / callers,
      };
    };
    const unheard = await load(inPairs, { RINGBRO_UPLINK: 'heard' });
    const heard = await load(inPairs, { RINGBRO_UPLINK: 'always' });
    const guests = await load(withGuests, {});
    const linkedPct = await measureLinkedCaller(livekit, farm, pairs, options);
    const short = await measureShortCalls(livekit, farm, unheard.gatewayPct);
    const livekitPctPerTrack = heard.livekitPctPerCaller - unheard.livekitPctPerCaller;
    return {
      gatewayPctPerCaller: unheard.gatewayPct,
      gatewayPctPerUplink: heard.gatewayPct - unheard.gatewayPct,
      gatewayPctPerForeignTrack: guests.gatewayPct - heard.gatewayPct,
      gatewayPctPerLinkedStream: linkedPct - unheard.gatewayPct,
      gatewayMsPerCall: short.gatewayMs,
      gatewayMibPerCaller: heard.rssKib / 1024 / (2 * pairs),
      gatewayMibAtRest: heard.restRssKib / 1024,
      livekitPctPerCaller: unheard.livekitPctPerCaller,
      livekitPctPerTrack,
      // A guest's connection and track are there at rest: with the caller come two subscriptions.
      livekitPctPerSubscription: (guests.livekitPctPerCaller - heard.livekitPctPerCaller) / 2,
      livekitMsPerJoin: short.livekitMs,
    };
  } finally {
    await farm.close();
    await livekit.close();
    await dispose();
  }
}

async function measureShortCalls(
  livekit: TestLiveKitServer,
  farm: CallerFarm,
  talkPct: number,
): Promise<{ readonly gatewayMs: number; readonly livekitMs: number }> {
  const gateway = await startGatewayUnderTest(livekit);
  try {
    const { callId } = await gateway.makeMeeting();
    const call = async (number: number): Promise<void> => {
      const key = `short ${number}`;
      const voice = { kind: 'speech' } as const;
      await farm.ask('place', { key, target: gateway.target(callId), voice });
      await wait(shortCalls.lastMs);
      await farm.ask('hangUp', { keys: [key] });
    };
    const round = () => paced(shortCalls.count, shortCalls.perSecond, call);
    await round();
    const lastsMs = (1000 * shortCalls.count) / shortCalls.perSecond + shortCalls.lastMs + 1000;
    const cpu = (pid: number | undefined) =>
      pid === undefined ? Promise.resolve([0]) : measureCpu(pid, 1, lastsMs);
    const [[gatewayPct = 0], [livekitPct = 0]] = await Promise.all([
      cpu(gateway.pid),
      cpu(livekit.pid()),
      round(),
    ]);
    const msPerCall = (pct: number): number => (pct * lastsMs) / 100 / shortCalls.count;
    const talkMs = (talkPct * shortCalls.lastMs) / 100;
    return {
      gatewayMs: msPerCall(gatewayPct) - talkMs,
      livekitMs: msPerCall(livekitPct),
    };
  } finally {
    await gateway.stop();
  }
}
