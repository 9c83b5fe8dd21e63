/** Which numbers are in calls on which node, by keys that say nothing of them. */
import type { LegId, NodeId } from '../call/identifiers.ts';

export interface LinesElsewhere {
  /** On another node. */
  readonly isLive: (key: string) => boolean;
  /** What a node said; without `key` the call is over. */
  heard(node: NodeId, legId: LegId, key: string | undefined): void;
  nodeGone(node: NodeId): void;
}

export function createLinesElsewhere(): LinesElsewhere {
  const nodes = new Map<NodeId, Map<LegId, string>>();
  return {
    isLive: (key) =>
      Array.from(nodes.values()).some((lines) => Array.from(lines.values()).includes(key)),
    heard(node, legId, key) {
      const lines = nodes.get(node) ?? new Map<LegId, string>();
      nodes.set(node, lines);
      if (key === undefined) lines.delete(legId);
      else lines.set(legId, key);
    },
    nodeGone(node) {
      nodes.delete(node);
    },
  };
}
