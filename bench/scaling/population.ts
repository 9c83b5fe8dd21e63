/** Who is in which meeting on which node at the busiest moment, drawn at random. */

export interface Population {
  readonly callers: number;
  readonly nodes: number;
  /** Telephones in a meeting and how often; the shares add up to one. */
  readonly phonesPerMeeting: readonly { readonly phones: number; readonly share: number }[];
  /** People with browsers in each meeting, who all speak. */
  readonly browsersPerMeeting: number;
}

export interface NodeLoad {
  callers: number;
  /** Meetings with a caller of this node: one connection each that listens. */
  meetings: number;
  /** Tracks from elsewhere that it hears, over all its meetings. */
  foreignTracks: number;
}

export interface Placed {
  readonly meetings: number;
  readonly nodes: readonly NodeLoad[];
  /** Over all meetings: what LiveKit takes in and hands out. */
  readonly tracks: number;
  readonly subscriptions: number;
}

/**
 * A caller's node is chosen before the call ID is known, so callers of one meeting meet on a node
 * by chance alone: each caller's node is drawn evenly.
 */
export function place(population: Population, random: () => number): Placed {
  const { callers, nodes: count, phonesPerMeeting, browsersPerMeeting: browsers } = population;
  const nodes: NodeLoad[] = Array.from({ length: count }, () => ({
    callers: 0,
    meetings: 0,
    foreignTracks: 0,
  }));
  let [meetings, tracks, subscriptions] = [0, 0, 0];
  for (let left = callers; left > 0; meetings += 1) {
    let drawn = random();
    const kind = phonesPerMeeting.find(({ share }) => (drawn -= share) < 0);
    const phones = Math.min(left, kind?.phones ?? 1);
    left -= phones;
    const on = new Map<NodeLoad, number>();
    for (let phone = 0; phone < phones; phone += 1) {
      const node = nodes[Math.floor(random() * count)];
      if (node !== undefined) on.set(node, (on.get(node) ?? 0) + 1);
    }
    for (const [node, own] of on) {
      node.callers += own;
      node.meetings += 1;
      node.foreignTracks += browsers + phones - own;
      subscriptions += browsers + phones - own;
    }
    tracks += phones + browsers;
    // Each browser hears everybody but itself.
    subscriptions += browsers * (phones + browsers - 1);
  }
  return { meetings, nodes, tracks, subscriptions };
}
