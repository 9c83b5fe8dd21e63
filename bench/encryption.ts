/**
 * What encryption costs: CPU of the gateway a caller, plain and encrypted callers in turn at one gateway
 * in one run, two callers a room. Turn by turn, and several turns each, so that what else the machine
 * does falls on all alike.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { TestLiveKitServer } from '../test/support/livekit-server.ts';
import { startCallerFarm, type CallerFarm } from './support/farm-client.ts';
import type { LineSecurity } from './support/farm-protocol.ts';
import {
  startGatewayUnderTest,
  type BenchMeeting,
  type GatewayUnderTest,
} from './support/gateway-under-test.ts';
import { paced } from './support/paced.ts';
import { measureCpu } from './support/process-usage.ts';
import { median } from './support/statistics.ts';

export interface EncryptionOptions {
  readonly rooms: number;
  readonly turns: number;
  readonly warmUpMs: number;
  readonly windows: number;
  readonly windowMs: number;
  readonly callsPerSecond: number;
}

export interface EncryptedCost {
  readonly name: string;
  /** Percent of one core a caller, median of all windows. */
  readonly cpuPct: number;
  /** To the callers in the clear. */
  readonly ratio: number;
  readonly callers: number;
  /** Fewest in a turn. */
  readonly joined: number;
  readonly failures: readonly string[];
}

interface Kind {
  readonly name: string;
  readonly security: LineSecurity | undefined;
}

const kinds: readonly Kind[] = [
  { name: 'in the clear', security: undefined },
  {
    name: 'AES_CM_128_HMAC_SHA1_80',
    security: { keys: 'sdes', suite: 'AES_CM_128_HMAC_SHA1_80' },
  },
  { name: 'AEAD_AES_128_GCM', security: { keys: 'sdes', suite: 'AEAD_AES_128_GCM' } },
  { name: 'DTLS-SRTP (AEAD_AES_256_GCM)', security: { keys: 'dtls' } },
];

interface Turn {
  readonly cpu: readonly number[];
  readonly joined: number;
  readonly failures: readonly string[];
}

const takeTurn = async (
  gateway: GatewayUnderTest,
  farm: CallerFarm,
  meetings: readonly BenchMeeting[],
  { security }: Kind,
  options: EncryptionOptions,
): Promise<Turn> => {
  const callIds = meetings.flatMap(({ callId }) => [callId, callId]);
  const keys = callIds.map((_, at) => `caller ${at}`);
  const outcomes = await paced(callIds.length, options.callsPerSecond, (at) =>
    farm.ask('place', {
      key: keys[at] ?? '',
      target: gateway.target(callIds[at] ?? ''),
      voice: { kind: 'speech' },
      security,
    }),
  );
  const joined = await gateway.joined(callIds.length, 20_000);
  await wait(options.warmUpMs);
  const cpu = await measureCpu(gateway.pid, options.windows, options.windowMs);
  await farm.ask('hangUp', { keys });
  await gateway.idle(15_000);
  const failures = outcomes.flatMap((outcome) => (outcome.answered ? [] : [outcome.cause]));
  return { cpu, joined, failures };
};

export const measureEncryption = async (
  livekit: TestLiveKitServer,
  options: EncryptionOptions,
): Promise<readonly EncryptedCost[]> => {
  const farm = startCallerFarm();
  const gateway = await startGatewayUnderTest(livekit, { RINGBRO_SRTP: 'allow' });
  try {
    const meetings: BenchMeeting[] = [];
    for (let room = 0; room < options.rooms; room += 1) {
      meetings.push(await gateway.makeMeeting());
    }
    const turns = new Map<Kind, Turn[]>(kinds.map((kind) => [kind, []]));
    // The first time round compiles the code of each, and is not counted.
    for (let round = 0; round <= options.turns; round += 1) {
      for (const kind of kinds) {
        const turn = await takeTurn(gateway, farm, meetings, kind, options);
        if (round > 0) turns.get(kind)?.push(turn);
      }
    }
    const callers = options.rooms * 2;
    const cpuOf = (taken: readonly Turn[]) => median(taken.flatMap(({ cpu }) => cpu)) / callers;
    const plainPct = cpuOf([...turns.values()][0] ?? []);
    return Array.from(turns, ([{ name }, taken]) => ({
      name,
      cpuPct: cpuOf(taken),
      ratio: cpuOf(taken) / plainPct,
      callers,
      joined: Math.min(...taken.map(({ joined }) => joined)),
      failures: taken.flatMap(({ failures }) => failures),
    }));
  } finally {
    await gateway.stop();
    await farm.close();
  }
};
