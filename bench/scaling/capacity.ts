/** How many of each part a number of callers needs, and which part is the first to be full. */
import { percentile } from '../support/statistics.ts';
import type { MeasuredCosts } from './costs.ts';
import { place, type NodeLoad, type Population } from './population.ts';

export interface CapacityOptions {
  readonly callers: number;
  readonly phonesPerMeeting: Population['phonesPerMeeting'];
  readonly browsersPerMeeting: number;
  readonly speakersAtOnce: number;
  readonly together: boolean;
  readonly linked: boolean;
  /** Meetings begin on the hour: this share of the callers comes within these seconds. */
  readonly burst: { readonly share: number; readonly withinS: number };
  readonly coresPerGateway: number;
  readonly coresPerLiveKit: number;
  readonly coresPerFreeSwitch: number;
  /** How full a core may be at the busiest moment: what is left is for what was not foreseen. */
  readonly fullPct: number;
}

export interface Capacity {
  readonly gateways: number;
  readonly gatewayMib: number;
  readonly livekitNodes: number;
  readonly freeSwitches: number;
  readonly setupsPerSecond: number;
  readonly storeWritesPerSecond: number;
  /** Of what one PostgreSQL takes. */
  readonly storePct: number;
  readonly gatewayPctHighest: number;
  readonly parts: Readonly<Record<string, number>>;
}

/** CPU of one gateway in percent of a core: talk, tracks from elsewhere, and its share of the rush. */
function gatewayPct(
  load: Pick<NodeLoad, 'callers' | 'uplinks' | 'foreignTracks' | 'linkedStreams'>,
  setupsPerSecond: number,
  costs: MeasuredCosts,
): number {
  return (
    load.callers * costs.gatewayPctPerCaller +
    load.uplinks * costs.gatewayPctPerUplink +
    load.foreignTracks * costs.gatewayPctPerForeignTrack +
    load.linkedStreams * costs.gatewayPctPerLinkedStream +
    (setupsPerSecond * costs.gatewayMsPerCall) / 10
  );
}

/**
 * The least gateways with which 99 of 100 are within `fullPct` of their cores at the busiest
 * moment. More gateways spread a meeting wider, which costs itself: so they are tried, not divided.
 */
export function planCapacity(
  options: CapacityOptions,
  costs: MeasuredCosts,
  random: () => number,
): Capacity {
  const { callers, burst, fullPct } = options;
  const setupsPerSecond = (callers * burst.share) / burst.withinS;
  const limitPct = options.coresPerGateway * fullPct;
  const callersAlone = { callers, uplinks: 0, foreignTracks: 0, linkedStreams: 0 };
  const alone = gatewayPct(callersAlone, setupsPerSecond, costs);
  for (let gateways = Math.max(1, Math.floor(alone / limitPct)); ;) {
    const placed = place({ ...options, nodes: gateways }, random);
    const each = placed.nodes.map((node) => gatewayPct(node, setupsPerSecond / gateways, costs));
    const busiest = percentile(each, 0.99);
    if (busiest > limitPct) {
      gateways += Math.max(1, Math.ceil(gateways * (busiest / limitPct - 1) * 0.5));
      continue;
    }
    const livekitPct =
      callers * costs.livekitPctPerCaller +
      placed.tracks * costs.livekitPctPerTrack +
      placed.subscriptions * costs.livekitPctPerSubscription +
      (setupsPerSecond * costs.livekitMsPerJoin) / 10;
    const freeSwitchPct = callers * costs.freeSwitchPctPerCaller;
    const storeWritesPerSecond = setupsPerSecond * costs.storeWritesPerCall;
    const total = each.reduce((sum, pct) => sum + pct, 0);
    return {
      gateways,
      gatewayMib: costs.gatewayMibAtRest + (callers / gateways) * costs.gatewayMibPerCaller,
      livekitNodes: Math.ceil(livekitPct / (options.coresPerLiveKit * fullPct)),
      freeSwitches: Math.ceil(freeSwitchPct / (options.coresPerFreeSwitch * fullPct)),
      setupsPerSecond,
      storeWritesPerSecond,
      storePct: (100 * storeWritesPerSecond) / costs.storeWritesPerSecond,
      gatewayPctHighest: Math.max(...each) / options.coresPerGateway,
      parts: {
        'the callers themselves': (100 * callers * costs.gatewayPctPerCaller) / total,
        'their sound on its way to LiveKit':
          (100 *
            placed.nodes.reduce((sum, { uplinks }) => sum + uplinks, 0) *
            costs.gatewayPctPerUplink) /
          total,
        'the rush on the hour': (10 * setupsPerSecond * costs.gatewayMsPerCall) / total,
        'tracks from elsewhere':
          (100 *
            placed.nodes.reduce((sum, { foreignTracks }) => sum + foreignTracks, 0) *
            costs.gatewayPctPerForeignTrack) /
          total,
        'streams of other nodes':
          (100 *
            placed.nodes.reduce((sum, { linkedStreams }) => sum + linkedStreams, 0) *
            costs.gatewayPctPerLinkedStream) /
          total,
      },
    };
  }
}
