/**
 * One stress run: SIPp's calls in the rooms, and meanwhile callers and guests of our own who look
 * and listen.
 *
 *   scene, meetings, witnesses ─▶ SIPp offers, calls key in and speak ─▶ all held: listeners'
 *   reports and CPU ─▶ SIPp is done ─▶ the call log is read ─▶ what is left over
 */
import { setTimeout as wait } from 'node:timers/promises';
import { startCallerFarm, type CallerFarm } from '../support/farm-client.ts';
import type { ListenerReport } from '../support/farm-protocol.ts';
import { describeMachine, machineLine } from '../support/machine.ts';
import { enterRoom, type RoomGuest } from '../support/room-guest.ts';
import type { StressMeeting } from './api-client.ts';
import { callOutcomes, type Reception } from './call-outcomes.ts';
import { recordMachine } from './machine-share.ts';
import type { StressPlan } from './plan.ts';
import {
  openDescriptors,
  recordProcesses,
  residentMib,
  togetherCpuPct,
  type ProcessSeries,
} from './process-series.ts';
import { openScene, type Scene } from './scene.ts';
import { beforeHoldS, startSippLoad, type RunningLoad } from './sipp-load.ts';
import type { CallOutcomes, Leaks, SippLoad, StressResult, TimedCalls } from './stress-result.ts';
import { noTimedCalls, placeTimedCalls } from './timed-calls.ts';

/** The store follows the calls: what ended last is in it by then. */
const settleMs = 5000;
const warmUpCalls = 4;
const warmUpMs = 3000;
const mediaPorts = 50_000;
const witnessTone = { hz: 1200, levelDbfs: -20 };

interface Stage {
  readonly plan: StressPlan;
  readonly scene: Scene;
  readonly farm: CallerFarm;
  readonly meetings: readonly StressMeeting[];
}

export async function runStress(
  plan: StressPlan,
  progress: (line: string) => void,
): Promise<StressResult> {
  const scene = await openScene(plan);
  const farm = startCallerFarm();
  const guests: RoomGuest[] = [];
  try {
    const meetings: StressMeeting[] = [];
    for (let room = 0; room < plan.rooms; room += 1) meetings.push(await scene.api.makeMeeting());
    const stage: Stage = { plan, scene, farm, meetings };
    await warmUp(stage);
    const { livekit } = scene;
    for (const { room } of meetings.slice(0, plan.witnesses)) {
      if (livekit === undefined) break;
      guests.push(await enterRoom({ ...livekit, room, identity: 'witness', tone: witnessTone }));
    }
    const result = await underLoad(stage, progress);
    for (const { callId } of meetings) await scene.api.removeMeeting(callId);
    return result;
  } finally {
    for (const guest of guests) await guest.leave();
    await farm.close();
    await scene.close();
  }
}

async function underLoad(stage: Stage, progress: (line: string) => void): Promise<StressResult> {
  const { plan, scene } = stage;
  const own = scene.gateways.flatMap(({ name, pid }) => (pid === undefined ? [] : [{ name, pid }]));
  const before = await held(own);
  const since = new Date();
  const listening = await placeListeners(stage, plan.listeners, 'listener');
  const loads = await startLoads(stage);
  const livekitPid = scene.livekit?.pid();
  const recording = recordProcesses([
    ...own,
    ...plan.watched,
    ...(livekitPid === undefined ? [] : [{ name: 'livekit-server', pid: livekitPid }]),
    ...loads.map(({ pid }, at) => ({ name: loads.length === 1 ? 'sipp' : `sipp ${at + 1}`, pid })),
    { name: 'witnesses and report', pid: process.pid },
  ]);
  progress(`SIPp offers ${plan.calls} calls at ${plan.callsPerSecond} a second`);
  const rampS = plan.calls / plan.callsPerSecond + beforeHoldS;
  const allEndS = plan.holdS + beforeHoldS;
  const timing = timedCalls(stage);
  const done = Promise.all(loads.map(({ result }) => result));
  await Promise.race([done, wait(1000 * Math.min(rampS, allEndS))]);
  await stage.farm.ask('restartReports', undefined);
  const machine = await recordMachine();
  await Promise.race([done, wait(1000 * Math.max(5, allEndS - rampS - 1))]);
  const listeners = await reportsOf(stage, listening);
  const machineShare = await machine.stop(listeners.flatMap(({ gaps }) => gaps));
  progress('waiting for the last calls to end');
  const sipp = sumOf(await done);
  const timed = await timing;
  await stage.farm.ask('hangUp', { keys: listening });
  await wait(settleMs);
  const processes = recording.stop();
  const perCaller = (series: readonly ProcessSeries[]): number =>
    togetherCpuPct(series, rampS, allEndS) / (plan.calls + listening.length);
  return {
    plan,
    machine: machineLine(describeMachine(new Date())),
    sipp,
    outcomes: await outcomesOf(stage, loads, since),
    timed,
    listeners,
    cpuPerCallerPct: perCaller(processes.slice(0, own.length)),
    watchedPerCaller: plan.watched.map(({ name }, at) => {
      const series = processes[own.length + at];
      return { name, cpuPct: perCaller(series === undefined ? [] : [series]) };
    }),
    processes,
    machineShare,
    leaks: await leftOver(stage, own, before, since),
  };
}

/** A few whole calls first: code is compiled, codecs are loaded, and that is no leak. */
async function warmUp(stage: Stage): Promise<void> {
  const { api } = stage.scene;
  const meeting = await api.makeMeeting();
  const keys = await placeListeners({ ...stage, meetings: [meeting] }, warmUpCalls, 'warm-up');
  await wait(warmUpMs);
  await stage.farm.ask('hangUp', { keys });
  await api.removeMeeting(meeting.callId);
  await wait(settleMs);
}

/** Callers who dial an ID of the first rooms straight; returns their keys. */
async function placeListeners(
  { scene, farm, meetings }: Stage,
  count: number,
  name: string,
): Promise<readonly string[]> {
  const keys = Array.from({ length: count }, (_, number) => `${name} ${number + 1}`);
  for (const [number, key] of keys.entries()) {
    const { sip } = scene.gateways[number % scene.gateways.length] ?? { sip: '' };
    const target = `sip:${meetings[number % meetings.length]?.callId ?? ''}@${sip}`;
    const placed = await farm.ask('place', { key, target, voice: { kind: 'speech' } });
    if (!placed.answered) throw new Error(`${key} was not answered: ${placed.cause}`);
  }
  return keys;
}

/** Which meetings the callers of a gateway key, by their place in `meetings`. */
const roomsAt = ({ plan, scene, meetings }: Stage, node: number): readonly number[] =>
  [...meetings.keys()].filter(
    (room) => !plan.wholeMeetings || room % scene.gateways.length === node,
  );

async function startLoads(stage: Stage): Promise<readonly RunningLoad[]> {
  const { plan, scene, meetings } = stage;
  const { gateways } = scene;
  const share = gateways.length;
  return Promise.all(
    gateways.map(({ sip }, node) =>
      startSippLoad({
        target: sip,
        number: plan.number,
        calls: Math.floor(plan.calls / share) + (node < plan.calls % share ? 1 : 0),
        callsPerSecond: plan.callsPerSecond / share,
        holdS: plan.holdS,
        callIds: roomsAt(stage, node).map((room) => meetings[room]?.callId ?? ''),
        mediaPort: mediaPorts + 100 * node,
      }),
    ),
  );
}

async function timedCalls({ plan, scene, farm }: Stage): Promise<TimedCalls> {
  const { livekit, api, gateways } = scene;
  const target = `sip:${plan.number}@${gateways[0]?.sip ?? ''}`;
  if (livekit === undefined || plan.timedCalls === 0) return noTimedCalls;
  const meeting = await api.makeMeeting();
  return placeTimedCalls({ farm, livekit, meeting, target, calls: plan.timedCalls });
}

async function reportsOf(
  { farm }: Stage,
  keys: readonly string[],
): Promise<readonly ListenerReport[]> {
  const { lines } = await farm.ask('report', undefined);
  return lines.filter(({ key }) => keys.includes(key));
}

const sumOf = (loads: readonly SippLoad[]): SippLoad => {
  const sum = (of: (load: SippLoad) => number): number =>
    loads.reduce((total, load) => total + of(load), 0);
  const complaints: Record<string, number> = {};
  for (const load of loads)
    for (const [what, count] of Object.entries(load.complaints))
      complaints[what] = (complaints[what] ?? 0) + count;
  return {
    offered: sum(({ offered }) => offered),
    succeeded: sum(({ succeeded }) => succeeded),
    failed: sum(({ failed }) => failed),
    answerTimesMs: loads.flatMap(({ answerTimesMs }) => answerTimesMs),
    complaints,
  };
};

async function outcomesOf(
  stage: Stage,
  loads: readonly RunningLoad[],
  since: Date,
): Promise<CallOutcomes> {
  const { plan, scene, meetings } = stage;
  const logged = [
    ...(await scene.api.calls('ended', since)),
    ...(await scene.api.calls('live', since)),
  ];
  const calls = logged.flatMap((call) => {
    for (const [node, load] of loads.entries()) {
      const number = load.callNumber(call.sipCallId);
      const rooms = roomsAt(stage, node);
      if (number !== undefined) return [{ ...call, number: rooms[number % rooms.length] ?? 0 }];
    }
    return [];
  });
  const up: Reception[] = [];
  for (const { legId, joinedAt } of calls) {
    const reception = joinedAt === null ? undefined : await scene.api.reception(legId);
    if (reception !== undefined) up.push(reception);
  }
  const keyed = meetings.map(({ callId }) => callId);
  return callOutcomes(calls, plan.calls, keyed, up);
}

interface Held {
  readonly descriptors: number;
  readonly rssMib: number;
}

async function held(gateways: readonly { readonly pid: number }[]): Promise<Held> {
  let [descriptors, rssMib] = [0, 0];
  for (const { pid } of gateways) {
    descriptors += await openDescriptors(pid);
    rssMib += await residentMib(pid);
  }
  return { descriptors, rssMib };
}

async function leftOver(
  { scene }: Stage,
  gateways: readonly { readonly pid: number }[],
  before: Held,
  since: Date,
): Promise<Leaks> {
  const after = await held(gateways);
  return {
    liveCalls: (await scene.api.calls('live', since)).length,
    descriptors: after.descriptors - before.descriptors,
    rssMib: after.rssMib - before.rssMib,
  };
}
