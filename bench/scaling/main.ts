/** `npm run scaling`: the plan of docs/scaling.md from the measured costs; `-- --write` puts it there. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { seededRandom } from '../soak/journey.ts';
import { withFigures } from '../support/performance-page.ts';
import { planCapacity, type CapacityOptions } from './capacity.ts';
import { measuredCosts } from './costs.ts';
import { scalingTable } from './scaling-table.ts';

/** A public body's day: most meetings have one telephone, and nearly all begin on the hour. */
const day: Omit<CapacityOptions, 'callers'> = {
  phonesPerMeeting: [
    { phones: 1, share: 0.75 },
    { phones: 2, share: 0.17 },
    { phones: 4, share: 0.06 },
    { phones: 12, share: 0.02 },
  ],
  browsersPerMeeting: 2,
  burst: { share: 0.6, withinS: 300 },
  ...{ coresPerGateway: 8, coresPerLiveKit: 16, coresPerFreeSwitch: 16, fullPct: 60 },
};
const seed = 20_260_301;

const plans = [250, 10_000, 1_000_000].map((callers) => ({
  callers,
  capacity: planCapacity({ ...day, callers }, measuredCosts, seededRandom(seed)),
}));
const table = scalingTable(plans);
if (process.argv.includes('--write')) {
  const page = fileURLToPath(new URL('../../docs/scaling.md', import.meta.url));
  const style = (await resolveConfig(page)) ?? {};
  const changed = withFigures(await readFile(page, 'utf8'), table);
  await writeFile(page, await format(changed, { ...style, parser: 'markdown' }));
} else {
  console.log(await format(table, { parser: 'markdown' }));
}
