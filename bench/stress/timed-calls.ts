/**
 * Whole calls of our own while the load is on, one after another into a meeting of their own: into
 * the IVR, ID by telephone-event, sound both ways with a guest of LiveKit's SDK, hang up.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { LiveKitKeys } from '../../src/bridge/room/livekit-config.ts';
import type { CallerFarm } from '../support/farm-client.ts';
import { enterRoom } from '../support/room-guest.ts';
import type { StressMeeting } from './api-client.ts';
import { percentilesOf } from './percentiles.ts';
import type { TimedCalls } from './stress-result.ts';

const guestTone = { hz: 1700, levelDbfs: -12 };
const callerTone = { kind: 'tone', hz: 620, levelDbfs: -12 } as const;
const withinMs = 15_000;
const beforeKeysMs = 1500;

interface OneCall {
  readonly firstPromptMs?: number | undefined;
  readonly soundMs?: number | undefined;
  readonly heardInRoomMs?: number | undefined;
  readonly failure?: string;
}

export interface TimedCallsOptions {
  readonly farm: CallerFarm;
  readonly livekit: LiveKitKeys & { readonly url: string };
  readonly meeting: StressMeeting;
  /** SIP URI that reaches the IVR. */
  readonly target: string;
  readonly calls: number;
}

export const noTimedCalls: TimedCalls = {
  calls: 0,
  firstPromptMs: percentilesOf([]),
  soundMs: percentilesOf([]),
  heardInRoomMs: percentilesOf([]),
  failures: [],
};

export async function placeTimedCalls(options: TimedCallsOptions): Promise<TimedCalls> {
  const { calls, livekit, meeting } = options;
  if (calls === 0) return noTimedCalls;
  const identity = 'timing guest';
  const guest = await enterRoom({ ...livekit, room: meeting.room, identity, tone: guestTone });
  const done: OneCall[] = [];
  try {
    for (let number = 0; number < calls; number += 1) {
      done.push(await oneCall(options, guest, `timed ${number}`));
    }
  } finally {
    await guest.leave();
  }
  const times = (of: (call: OneCall) => number | undefined) =>
    percentilesOf(done.map(of).filter((time) => time !== undefined));
  return {
    calls,
    firstPromptMs: times(({ firstPromptMs }) => firstPromptMs),
    soundMs: times(({ soundMs }) => soundMs),
    heardInRoomMs: times(({ heardInRoomMs }) => heardInRoomMs),
    failures: done.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
  };
}

async function oneCall(
  { farm, target, meeting }: TimedCallsOptions,
  guest: Awaited<ReturnType<typeof enterRoom>>,
  key: string,
): Promise<OneCall> {
  const placed = await farm.ask('place', { key, target, voice: callerTone });
  if (!placed.answered) return { failure: `not answered: ${placed.cause}` };
  await wait(beforeKeysMs);
  const { lines } = await farm.ask('report', undefined);
  const firstPromptMs = lines.find((line) => line.key === key)?.firstSoundAfterMs;
  const listened = guest.toneHeard(callerTone.hz, withinMs);
  const keys = { key, digits: meeting.callId, roomHz: guestTone.hz, withinMs };
  const keyed = await farm.ask('keyIn', keys);
  const heardAtMs = await listened;
  await farm.ask('hangUp', { keys: [key] });
  await guest.alone(withinMs);
  const since = (atMs: number | undefined) =>
    atMs === undefined ? undefined : atMs - keyed.lastKeyAtMs;
  const wrong = [
    ...(firstPromptMs === undefined ? ['no prompt was heard'] : []),
    ...(keyed.roomHeardAtMs === undefined ? ['the caller did not hear the room'] : []),
    ...(heardAtMs === undefined ? ['the room did not hear the caller'] : []),
  ];
  return {
    firstPromptMs,
    soundMs: since(keyed.roomHeardAtMs),
    heardInRoomMs: since(heardAtMs),
    ...(wrong.length > 0 && { failure: wrong.join(', ') }),
  };
}
