import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planCapacity, type CapacityOptions } from '../../../bench/scaling/capacity.ts';
import { readCosts, type MeasuredCosts } from '../../../bench/scaling/costs.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { place } from '../../../bench/scaling/population.ts';
import { scalingTable } from '../../../bench/scaling/scaling-table.ts';
import { seededRandom } from '../../../bench/soak/journey.ts';

const costs: MeasuredCosts = {
  ...{ gatewayPctPerCaller: 0.3, gatewayPctPerUplink: 0.2, gatewayPctPerForeignTrack: 1 },
  gatewayPctPerLinkedStream: 0.1,
  ...{ gatewayMsPerCall: 30, livekitPctPerCaller: 0.05 },
  ...{ gatewayMibPerCaller: 2, gatewayMibAtRest: 300, livekitPctPerTrack: 0.1 },
  ...{ livekitPctPerSubscription: 0.1, livekitMsPerJoin: 10, freeSwitchPctPerCaller: 0.5 },
  ...{ storeWritesPerCall: 5, storeWritesPerSecond: 1000 },
};
const options: CapacityOptions = {
  callers: 5000,
  phonesPerMeeting: [
    { phones: 1, share: 0.7 },
    { phones: 2, share: 0.3 },
  ],
  browsersPerMeeting: 1,
  together: false,
  linked: true,
  speakersAtOnce: 5,
  burst: { share: 0.6, withinS: 300 },
  ...{ coresPerGateway: 4, coresPerLiveKit: 8, coresPerFreeSwitch: 8, fullPct: 60 },
};
const plan = (changes: Partial<CapacityOptions> = {}) =>
  planCapacity({ ...options, ...changes }, costs, seededRandom(1));

describe('who is where', () => {
  const population = { ...options, nodes: 3 };

  it('places every caller once, and counts each meeting on each of its nodes', () => {
    const { nodes, meetings, tracks } = place(population, seededRandom(2));
    expect(nodes.reduce((sum, node) => sum + node.callers, 0)).toBe(5000);
    expect(nodes.reduce((sum, node) => sum + node.meetings, 0)).toBeGreaterThan(meetings);
    expect(tracks).toBe(5000 + meetings);
  });

  it('has one stream for each other node of a meeting, and no tracks of telephones, where there are links', () => {
    const wide = {
      ...population,
      browsersPerMeeting: 0,
      phonesPerMeeting: [{ phones: 12, share: 1 }],
    };
    const sumOf = (linked: boolean, of: 'linkedStreams' | 'foreignTracks' | 'uplinks') =>
      place({ ...wide, linked }, seededRandom(2)).nodes.reduce((sum, node) => sum + node[of], 0);
    const meetings = Math.ceil(5000 / 12);
    expect(sumOf(true, 'foreignTracks') + sumOf(true, 'uplinks')).toBe(0);
    expect(sumOf(true, 'linkedStreams')).toBeGreaterThan(5 * meetings);
    expect(sumOf(true, 'linkedStreams')).toBeLessThanOrEqual(6 * meetings);
    expect(sumOf(false, 'linkedStreams')).toBe(0);
    expect(sumOf(false, 'foreignTracks')).toBeGreaterThan(20 * meetings);
  });

  it('counts browsers as they speak: most of them are silent most of the time', () => {
    const of = (speakersAtOnce: number) =>
      place({ ...population, nodes: 1, browsersPerMeeting: 4, speakersAtOnce }, seededRandom(2));
    const [few, all] = [of(1), of(9)];
    expect(few.nodes[0]?.foreignTracks).toBeLessThan(0.3 * (all.nodes[0]?.foreignTracks ?? 0));
    expect(few.subscriptions).toBeLessThan(all.subscriptions);
  });

  it('has no track from elsewhere where all are on one node and nobody has a browser', () => {
    const { nodes, subscriptions } = place(
      { ...population, nodes: 1, browsersPerMeeting: 0 },
      seededRandom(2),
    );
    expect(nodes[0]?.foreignTracks).toBe(0);
    expect(nodes[0]?.uplinks).toBe(0);
    expect(subscriptions).toBe(0);
  });
});

describe('what callers need', () => {
  it('leaves every part within its limit', () => {
    const { gateways, gatewayPctHighest, parts } = plan();
    expect(gatewayPctHighest).toBeLessThan(options.fullPct * 1.1);
    expect(gateways).toBeGreaterThan(5000 * (costs.gatewayPctPerCaller / (4 * 60)));
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(100);
  });

  it('needs more for more callers, for a sharper rush and for wider meetings', () => {
    const { gateways } = plan();
    expect(plan({ callers: 20_000 }).gateways).toBeGreaterThan(3 * gateways);
    expect(plan({ burst: { share: 0.9, withinS: 20 } }).gateways).toBeGreaterThan(gateways);
    expect(plan({ phonesPerMeeting: [{ phones: 12, share: 1 }] }).gateways).toBeGreaterThan(
      gateways,
    );
  });

  it('needs less where a meeting’s telephones are on one node', () => {
    expect(plan({ together: true }).gateways).toBeLessThan(plan().gateways);
  });

  it('needs less with links between the nodes', () => {
    expect(plan().gateways).toBeLessThan(plan({ linked: false }).gateways);
  });

  it('says the same for the same draw', () => {
    expect(plan()).toEqual(plan());
    expect(scalingTable([{ callers: 5000, capacity: plan() }])).toContain('| gateway nodes |');
  });
});

describe('the file of costs', () => {
  it('is read whole, and says what is missing', async () => {
    const folder = await temporaryFolder();
    const file = join(folder.path, 'costs.json');
    await writeFile(file, JSON.stringify(costs));
    expect(await readCosts(file)).toEqual(costs);
    await writeFile(file, JSON.stringify({ ...costs, gatewayMsPerCall: undefined }));
    await expect(readCosts(file)).rejects.toThrow('gatewayMsPerCall');
    await folder.remove();
  });
});
