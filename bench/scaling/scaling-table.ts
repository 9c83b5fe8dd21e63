import { markdownTable } from '../support/figure-table.ts';
import type { Capacity } from './capacity.ts';

const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');

/** One column a number of callers. */
export function scalingTable(
  plans: readonly { readonly callers: number; readonly capacity: Capacity }[],
): string {
  const row = (what: string, of: (capacity: Capacity) => string): readonly string[] => [
    what,
    ...plans.map(({ capacity }) => of(capacity)),
  ];
  const parts = Object.keys(plans[0]?.capacity.parts ?? {});
  return markdownTable(
    ['callers at once', ...plans.map(({ callers }) => whole(callers))],
    [
      row('gateway nodes', ({ gateways }) => whole(gateways)),
      row('memory a gateway node', ({ gatewayMib }) => `${(gatewayMib / 1024).toFixed(1)} GiB`),
      row('busiest gateway node, of its cores', (c) => `${c.gatewayPctHighest.toFixed(0)} %`),
      ...parts.map((part) =>
        row(`… of that, ${part}`, (c) => `${(c.parts[part] ?? 0).toFixed(0)} %`),
      ),
      row('LiveKit nodes', ({ livekitNodes }) => whole(livekitNodes)),
      row('FreeSWITCH nodes, with the drachtio engine', ({ freeSwitches }) => whole(freeSwitches)),
      row('new calls a second on the hour', ({ setupsPerSecond }) => whole(setupsPerSecond)),
      row('writes a second into the store', (c) => whole(c.storeWritesPerSecond)),
      row('… of what one PostgreSQL took', ({ storePct }) => `${storePct.toFixed(0)} %`),
    ],
  );
}
