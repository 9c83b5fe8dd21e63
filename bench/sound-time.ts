/**
 * Ninth digit to sound, both ways. A guest is in the room and speaks a tone; a caller who speaks
 * another one from the answer on keys the call ID by telephone-event. Both times begin when the
 * first packet of the ninth key leaves the caller, so the 100 ms for which the key's own packets
 * take the place of the caller's tone count too.
 *
 *   down  to the arrival, at the caller, of the first RTP packet that holds the guest's tone
 *   up    to the guest's SDK handing out the first 10 ms that hold the caller's tone,
 *         its jitter buffer included
 *
 * A tone counts from -40 dBFS. No other caller is in the room: every call opens the gateway's ear
 * in the room as well, which is the slowest case.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { TestLiveKitServer } from '../test/support/livekit-server.ts';
import { startCallerFarm, type CallerFarm } from './support/farm-client.ts';
import {
  startGatewayUnderTest,
  type BenchMeeting,
  type GatewayUnderTest,
} from './support/gateway-under-test.ts';
import { enterRoom, type RoomGuest } from './support/room-guest.ts';
import { percentile } from './support/statistics.ts';

export interface SoundTime {
  readonly calls: number;
  readonly down: SoundDirection;
  readonly up: SoundDirection;
  readonly failures: readonly string[];
}

export interface SoundDirection {
  readonly heard: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** Apart from each other and from the gateway's own 440 and 880 Hz tones. */
const guestTone = { hz: 1700, levelDbfs: -12 };
const callerTone = { kind: 'tone', hz: 620, levelDbfs: -12 } as const;
const withinMs = 5000;
/** Into the IVR's first words, where a caller who knows the ID begins to key. */
const beforeKeysMs = 500;
/** Before the counted calls: code is compiled, codecs are loaded. */
const warmUpCalls = 2;

interface OneCall {
  readonly downMs: number | undefined;
  readonly upMs: number | undefined;
  readonly failure: string | undefined;
}

interface Scene {
  readonly gateway: GatewayUnderTest;
  readonly farm: CallerFarm;
  readonly guest: RoomGuest;
  readonly meeting: BenchMeeting;
}

const failed = (failure: string): OneCall => ({ downMs: undefined, upMs: undefined, failure });

const oneCall = async ({ gateway, farm, guest, meeting }: Scene, key: string): Promise<OneCall> => {
  const target = gateway.target('0480000000');
  const placed = await farm.ask('place', { key, target, voice: callerTone });
  if (!placed.answered) return failed(`not answered: ${placed.cause}`);
  await wait(beforeKeysMs);
  const listened = guest.toneHeard(callerTone.hz, withinMs);
  const digits = meeting.callId;
  const keyed = await farm.ask('keyIn', { key, digits, roomHz: guestTone.hz, withinMs });
  const guestHeardAtMs = await listened;
  await farm.ask('hangUp', { keys: [key] });
  const isOver = (await guest.alone(withinMs)) && (await gateway.idle(withinMs));
  const since = (atMs: number | undefined) =>
    atMs === undefined ? undefined : atMs - keyed.lastKeyAtMs;
  const [downMs, upMs] = [since(keyed.roomHeardAtMs), since(guestHeardAtMs)];
  const wrong = [
    ...(downMs === undefined ? ['the caller did not hear the room'] : []),
    ...(upMs === undefined ? ['the room did not hear the caller'] : []),
    ...(isOver ? [] : ['the call was not gone from the room in time']),
  ];
  return { downMs, upMs, failure: wrong.length === 0 ? undefined : wrong.join(', ') };
};

const directionOf = (times: readonly (number | undefined)[]): SoundDirection => {
  const heard = times.filter((time) => time !== undefined);
  return { heard: heard.length, p50Ms: percentile(heard, 0.5), p95Ms: percentile(heard, 0.95) };
};

/** One call after another: none waits for another's join. */
export const measureSoundTime = async (
  livekit: TestLiveKitServer,
  { calls }: { readonly calls: number },
): Promise<SoundTime> => {
  const gateway = await startGatewayUnderTest(livekit, { RINGBRO_ADMISSION_WORDS: 'tone' });
  const farm = startCallerFarm();
  let guest: RoomGuest | undefined;
  try {
    const meeting = await gateway.makeMeeting();
    const { room } = meeting;
    guest = await enterRoom({ ...livekit, room, identity: 'guest', tone: guestTone });
    const measured: OneCall[] = [];
    for (let number = 0; number < warmUpCalls + calls; number += 1) {
      measured.push(await oneCall({ gateway, farm, guest, meeting }, `call ${number}`));
    }
    const counted = measured.slice(warmUpCalls);
    return {
      calls,
      down: directionOf(counted.map(({ downMs }) => downMs)),
      up: directionOf(counted.map(({ upMs }) => upMs)),
      failures: counted.flatMap(({ failure }) => (failure === undefined ? [] : [failure])),
    };
  } finally {
    await guest?.leave();
    await farm.close();
    await gateway.stop();
  }
};
