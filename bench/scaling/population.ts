/** Who is in which meeting on which node at the busiest moment, drawn at random. */

export interface Population {
  readonly callers: number;
  readonly nodes: number;
  /** Telephones in a meeting and how often; the shares add up to one. */
  readonly phonesPerMeeting: readonly { readonly phones: number; readonly share: number }[];
  readonly browsersPerMeeting: number;
  /** Whether all telephones of a meeting are on one node, as they would be if a call could be handed over. */
  readonly together: boolean;
  /** Whether sound of telephones goes straight from node to node, else by LiveKit. */
  readonly linked: boolean;
  /** People who are heard at a time, talk across each other included: browsers send next to nothing while silent. */
  readonly speakersAtOnce: number;
}

export interface NodeLoad {
  callers: number;
  /** Callers to whom somebody listens who is not on this node. */
  uplinks: number;
  /** Meetings with a caller of this node: one connection each that listens. */
  meetings: number;
  /** Tracks from elsewhere that sound, over all its meetings; telephones always do. */
  foreignTracks: number;
  /** Streams of other nodes, one for each meeting and node. */
  linkedStreams: number;
}

export interface Placed {
  readonly meetings: number;
  readonly nodes: readonly NodeLoad[];
  /** Over all meetings, those that sound: what LiveKit takes in and hands out. */
  readonly tracks: number;
  readonly subscriptions: number;
}

/**
 * A caller's node is chosen before the call ID is known, so callers of one meeting meet on a node
 * by chance alone: each caller's node is drawn evenly.
 */
export function place(population: Population, random: () => number): Placed {
  const {
    callers,
    nodes: count,
    phonesPerMeeting,
    browsersPerMeeting: browsers,
    together,
  } = population;
  const nodes: NodeLoad[] = Array.from({ length: count }, () => ({
    callers: 0,
    uplinks: 0,
    meetings: 0,
    foreignTracks: 0,
    linkedStreams: 0,
  }));
  const draw = (): NodeLoad | undefined => nodes[Math.floor(random() * count)];
  let [meetings, tracks, subscriptions] = [0, 0, 0];
  for (let left = callers; left > 0; meetings += 1) {
    let drawn = random();
    const kind = phonesPerMeeting.find(({ share }) => (drawn -= share) < 0);
    const phones = Math.min(left, kind?.phones ?? 1);
    left -= phones;
    const talking = browsers * Math.min(1, population.speakersAtOnce / (browsers + phones));
    const first = draw();
    const on = new Map<NodeLoad, number>();
    for (let phone = 0; phone < phones; phone += 1) {
      const node = together ? first : draw();
      if (node !== undefined) on.set(node, (on.get(node) ?? 0) + 1);
    }
    for (const [node, own] of on) {
      node.callers += own;
      const byRoom = population.linked ? 0 : phones - own;
      if (browsers + byRoom > 0) node.uplinks += own;
      node.meetings += 1;
      node.foreignTracks += talking + byRoom;
      node.linkedStreams += population.linked ? on.size - 1 : 0;
      subscriptions += talking + byRoom;
    }
    tracks += phones + talking;
    // Each browser hears everybody but itself.
    subscriptions += browsers * phones + talking * (browsers - 1);
  }
  return { meetings, nodes, tracks, subscriptions };
}
