/** `npm run scaling -- --costs FILE`: how many of each part a number of callers needs, by measured costs. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { seededRandom } from '../soak/journey.ts';
import { planCapacity, type CapacityOptions } from './capacity.ts';
import { readCosts } from './costs.ts';
import { measureCosts } from './measure-costs.ts';
import { scalingTable } from './scaling-table.ts';

const help = `npm run scaling -- --costs FILE [--callers 250,10000,1000000] [--measure] [--together]

  FILE is JSON with the costs that bench/scaling/costs.ts names, as they were measured
  --measure      measures those of the gateway and of livekit-server first, into FILE; some four minutes
  --no-links     as if all sound between gateways went by LiveKit
  --together     as if all telephones of a meeting were on one node`;

/** A public body's day: most meetings have one telephone, and nearly all begin on the hour. */
const day: Omit<CapacityOptions, 'callers' | 'together' | 'linked'> = {
  phonesPerMeeting: [
    { phones: 1, share: 0.75 },
    { phones: 2, share: 0.17 },
    { phones: 4, share: 0.06 },
    { phones: 12, share: 0.02 },
  ],
  browsersPerMeeting: 2,
  speakersAtOnce: 1.5,
  burst: { share: 0.6, withinS: 300 },
  ...{ coresPerGateway: 8, coresPerLiveKit: 16, coresPerFreeSwitch: 16, fullPct: 60 },
};
const seed = 20_260_301;

const { values } = parseArgs({
  options: {
    costs: { type: 'string' },
    callers: { type: 'string', default: '250,10000,1000000' },
    measure: { type: 'boolean', default: false },
    'no-links': { type: 'boolean', default: false },
    together: { type: 'boolean', default: false },
  },
});
const counts = values.callers.split(',').map(Number);
if (values.costs === undefined || !counts.every((count) => Number.isInteger(count) && count > 0)) {
  console.error(help);
  process.exitCode = 2;
} else {
  if (values.measure) {
    const measured = { ...(await readCosts(values.costs)), ...(await measureCosts()) };
    await writeFile(values.costs, `${JSON.stringify(measured, undefined, 2)}\n`);
  }
  const costs = await readCosts(values.costs);
  const plans = counts.map((callers) => ({
    callers,
    capacity: planCapacity(
      { ...day, callers, together: values.together, linked: !values['no-links'] },
      costs,
      seededRandom(seed),
    ),
  }));
  console.log(await format(scalingTable(plans), { parser: 'markdown' }));
}
