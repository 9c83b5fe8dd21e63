/**
 * `npm run compare`: our gateway and another SIP-to-LiveKit gateway under the same load in one run.
 *
 *   LIVEKIT_SIP_BIN=… npm run compare          starts livekit-sip with all it needs (redis-server)
 *   npm run compare -- --pid 123 --dial sip:a@host:5060,sip:b@host:5060
 *                                              any gateway of this machine; one address a room
 */
import { parseArgs } from 'node:util';
import { startCallerFarm } from '../support/farm-client.ts';
import { describeMachine, machineLine } from '../support/machine.ts';
import { compareTable } from './compare-table.ts';
import { startLiveKitSip } from './livekit-sip.ts';
import { measureGateway, type ComparedGateway, type LoadOptions } from './load.ts';
import { startRingbro } from './ringbro.ts';

const help = `npm run compare -- [options]   with LIVEKIT_SIP_BIN, or with --pid and --dial

  --rooms N      rooms                        [15]
  --per-room N   callers in each              [2]
  --pid PID      the other gateway's process, on this machine
  --dial URI,…   what is dialled for its rooms, one a room`;

const settings: Omit<LoadOptions, 'callersPerRoom'> = {
  callsPerSecond: 4,
  warmUpMs: 8000,
  windows: 4,
  windowMs: 5000,
};

const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: '15' },
    'per-room': { type: 'string', default: '2' },
    pid: { type: 'string' },
    dial: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const otherGateway = (rooms: number): (() => Promise<ComparedGateway>) | undefined => {
  const { pid, dial } = values;
  const program = process.env['LIVEKIT_SIP_BIN'];
  if (pid !== undefined && dial !== undefined) {
    const targets = dial.split(',');
    const close = () => Promise.resolve();
    return () => Promise.resolve({ name: 'the other', pid: Number(pid), targets, close });
  }
  return program === undefined ? undefined : () => startLiveKitSip(program, rooms);
};

const measure = async (start: () => Promise<ComparedGateway>, callersPerRoom: number) => {
  const gateway = await start();
  const farm = startCallerFarm();
  try {
    console.error(`measuring: ${gateway.name} …`);
    return await measureGateway(gateway, farm, { ...settings, callersPerRoom });
  } finally {
    await farm.close();
    await gateway.close();
  }
};

const main = async (): Promise<number> => {
  const rooms = values.dial?.split(',').length ?? Number(values.rooms);
  const perRoom = Number(values['per-room']);
  const other = otherGateway(rooms);
  const isSound = Number.isInteger(rooms) && rooms > 0 && Number.isInteger(perRoom) && perRoom > 0;
  if (values.help || other === undefined || !isSound) {
    console.error(help);
    return values.help ? 0 : 2;
  }
  const theirs = await measure(other, perRoom);
  const own = await measure(() => startRingbro(rooms), perRoom);
  console.log(`${machineLine(describeMachine(new Date()))}\n`);
  console.log(`${rooms} rooms, ${perRoom} callers in each, all speaking.\n`);
  console.log(compareTable(own, theirs));
  return own.answered === own.callers ? 0 : 1;
};

process.exitCode = await main();
