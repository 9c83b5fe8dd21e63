/** `npm run bench:video`: what a call with pictures costs the gateway, and how soon a room sees the other. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startLiveKitServer } from '../../test/support/livekit-server.ts';
import { markdownTable, shown } from '../support/figure-table.ts';
import { startGatewayUnderTest } from '../support/gateway-under-test.ts';
import { describeMachine, machineLine } from '../support/machine.ts';
import { measureCpu, readMemory } from '../support/process-usage.ts';
import { median, percentile } from '../support/statistics.ts';
import type { RoomSystemsAnswer, RoomSystemsAsk } from './room-systems.ts';

const help = `npm run bench:video [-- options]

  --rooms N      room systems in calls, two a meeting      [8]
  --kbps N       of each camera, 720p at 30 pictures       [1200]
  --windows N    how often the cost is measured            [4]
  --seconds N    each time                                 [15]`;

const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: '8' },
    kbps: { type: 'string', default: '1200' },
    windows: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '15' },
    help: { type: 'boolean', default: false },
  },
});

const aimPct = 3;
const aimMs = 1000;
const program = fileURLToPath(new URL('room-systems.ts', import.meta.url));

/** The process of the room systems: one answer to each request. */
const startRoomSystems = async (kbps: string) => {
  const child = fork(program, [kbps]);
  const exited = once(child, 'exit');
  const answered = async (): Promise<RoomSystemsAnswer> => {
    const [message] = (await once(child, 'message')) as [RoomSystemsAnswer];
    return message;
  };
  const ready = await answered();
  return {
    filmKbps: ready.is === 'ready' ? ready.filmKbps : 0,
    ask: (ask: RoomSystemsAsk): Promise<RoomSystemsAnswer> => {
      const answer = answered();
      child.send(ask);
      return answer;
    },
    close: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
};

const measure = async (): Promise<void> => {
  const [rooms, windows, seconds] = [values.rooms, values.windows, values.seconds].map(Number);
  if (rooms === undefined || windows === undefined || seconds === undefined) return;
  const livekit = await startLiveKitServer();
  const gateway = await startGatewayUnderTest(livekit);
  const systems = await startRoomSystems(values.kbps);
  const failures: string[] = [];
  const callAll = async (targets: readonly string[]): Promise<void> => {
    for (const target of targets) {
      const answer = await systems.ask({ do: 'call', target });
      if (answer.is === 'failed') failures.push(answer.why);
      await wait(1000);
    }
  };
  const reports = async () => {
    const answer = await systems.ask({ do: 'report' });
    return answer.is === 'reported' ? answer.reports : [];
  };
  try {
    // A few calls first: code is compiled, and none of that is a call's cost.
    const warm = gateway.target((await gateway.makeMeeting()).callId);
    await callAll([warm, warm]);
    await wait(5000);
    await systems.ask({ do: 'hang-up' });
    await gateway.idle(15_000);
    await wait(3000);
    const [atRest = 0] = await measureCpu(gateway.pid, 1, 5000);
    const before = await readMemory(gateway.pid);

    const targets: string[] = [];
    while (targets.length < rooms) {
      const target = gateway.target((await gateway.makeMeeting()).callId);
      targets.push(target, target);
    }
    await callAll(targets);
    const joined = await gateway.joined(rooms, 20_000);
    await wait(3000);
    // Who comes second finds somebody to see.
    const first = (await reports()).flatMap((report, nth) =>
      nth % 2 === 1 ? (report.firstPictureAfterMs ?? Number.NaN) : [],
    );
    const cpu = await measureCpu(gateway.pid, windows, seconds * 1000);
    const seen = await reports();
    const after = await readMemory(gateway.pid);
    const calls = targets.length;
    const cpuPct = median(cpu) / calls;
    const memoryMib = (after.rssKib - before.rssKib) / calls / 1024;
    const seeing = seen.filter(({ picturesPerSecond }) => picturesPerSecond > 27).length;
    const usualKbps = median(seen.map(({ kbps }) => kbps));
    const basis =
      `${joined} of ${calls} joined, ${seeing} see the other at 30 pictures a second; ` +
      (failures.length === 0 ? 'none failed' : `failed: ${failures.join(', ')}`);
    const rows = [
      [
        'CPU a call, two room systems a meeting',
        shown(cpuPct, 2, '% of a core'),
        `${aimPct} %`,
        cpuPct < aimPct ? 'yes' : 'no',
        `${basis}; windows from ${shown(Math.min(...cpu) / calls, 2, '%')} to ` +
          `${shown(Math.max(...cpu) / calls, 2, '%')}; the whole gateway at rest ${shown(atRest, 1, '%')}`,
      ],
      [
        'memory a call',
        shown(memoryMib, 1, 'MiB RSS'),
        '',
        '',
        `${systems.filmKbps} kbit/s up, ${shown(usualKbps, 0, 'kbit/s')} down`,
      ],
      [
        'ACK to the first packet of the other’s picture, p50',
        shown(median(first), 0, 'ms'),
        `${aimMs} ms`,
        median(first) <= aimMs ? 'yes' : 'no',
        `${first.length} rooms that came second`,
      ],
      [
        'ACK to the first packet of the other’s picture, worst',
        shown(percentile(first, 1), 0, 'ms'),
        `${aimMs} ms`,
        percentile(first, 1) <= aimMs ? 'yes' : 'no',
        `${first.length} rooms that came second`,
      ],
    ];
    process.stdout.write(
      `${machineLine(describeMachine(new Date()))}\n\n` +
        `${markdownTable(['figure', 'measured', 'aim', 'met', 'basis'], rows)}\n`,
    );
  } finally {
    await systems.close();
    await gateway.stop();
    await livekit.close();
  }
};

if (values.help) process.stdout.write(`${help}\n`);
else await measure();
