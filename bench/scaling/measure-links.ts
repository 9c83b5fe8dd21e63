/** What a caller costs whose other one of the room is on another node, to which there is a link. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { TestLiveKitServer } from '../../test/support/livekit-server.ts';
import { startPostgresServer } from '../../test/support/postgres-server.ts';
import type { CostOptions } from '../cost-per-caller.ts';
import type { CallerFarm } from '../support/farm-client.ts';
import { startGatewayUnderTest, type GatewayUnderTest } from '../support/gateway-under-test.ts';
import { paced } from '../support/paced.ts';
import { measureCpu } from '../support/process-usage.ts';
import { median } from '../support/statistics.ts';

/** Percent of one core a caller: rooms of two, each on another of two nodes. One stream comes for each. */
export async function measureLinkedCaller(
  livekit: TestLiveKitServer,
  farm: CallerFarm,
  rooms: number,
  options: CostOptions,
): Promise<number> {
  const postgres = await startPostgresServer();
  const gateways: GatewayUnderTest[] = [];
  try {
    const shared = {
      DATABASE_URL: await postgres.newDatabase(),
      RINGBRO_PIN_SECRET: randomBytes(32).toString('hex'),
    };
    for (const RINGBRO_NODE_ID of ['node-1', 'node-2'])
      gateways.push(await startGatewayUnderTest(livekit, { ...shared, RINGBRO_NODE_ID }));
    const cpuOfAll = async (windows: number): Promise<number> => {
      const each = await Promise.all(
        gateways.map(({ pid }) => measureCpu(pid, windows, options.windowMs)),
      );
      return each.reduce((sum, cpu) => sum + median(cpu), 0);
    };
    const [first] = gateways;
    if (first === undefined) throw new Error('no gateway was started');
    const callIds: string[] = [];
    for (let room = 0; room < rooms; room += 1) callIds.push((await first.makeMeeting()).callId);

    const dial = async (count: number): Promise<readonly string[]> => {
      const keys = Array.from({ length: count }, (_, number) => `linked ${number}`);
      await paced(count, options.callsPerSecond, async (number) => {
        const gateway = gateways[number % gateways.length];
        const callId = callIds[Math.floor(number / gateways.length)] ?? '';
        const target = gateway?.target(callId) ?? '';
        await farm.ask('place', { key: keys[number] ?? '', target, voice: { kind: 'speech' } });
      });
      const joined = await first.joined(count, 20_000);
      if (joined < count) throw new Error(`${joined} of ${count} joined`);
      return keys;
    };
    // As in the other loads: what is compiled and loaded once is no caller's cost.
    await farm.ask('hangUp', { keys: await dial(4) });
    await first.idle(15_000);
    await wait(2000);
    const atRest = await cpuOfAll(1);
    const callers = gateways.length * rooms;
    const keys = await dial(callers);
    await wait(options.warmUpMs);
    const talking = await cpuOfAll(options.windows);
    await farm.ask('hangUp', { keys });
    return (talking - atRest) / callers;
  } finally {
    for (const gateway of gateways) await gateway.stop();
    await postgres.close();
  }
}
