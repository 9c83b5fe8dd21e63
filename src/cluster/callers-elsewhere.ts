/** The phones at doors and in meetings on the other nodes, as those told of them. */
import type { CallerSeen } from '../call/host-act.ts';
import type { CallId, LegId, NodeId } from '../call/identifiers.ts';

export interface CallersElsewhere {
  of(callId: CallId): readonly CallerSeen[];
  /** What a node said; true where somebody is at the door who was not. */
  seen(node: NodeId, caller: CallerSeen): boolean;
  gone(node: NodeId, legId: LegId): void;
  nodeGone(node: NodeId): void;
}

export function createCallersElsewhere(): CallersElsewhere {
  const nodes = new Map<NodeId, Map<LegId, CallerSeen>>();
  return {
    of: (callId) =>
      Array.from(nodes.values()).flatMap((callers) =>
        Array.from(callers.values()).filter((caller) => caller.callId === callId),
      ),
    seen(node, caller) {
      const callers = nodes.get(node) ?? new Map<LegId, CallerSeen>();
      nodes.set(node, callers);
      const knocks = caller.place === 'door' && callers.get(caller.legId)?.place !== 'door';
      callers.set(caller.legId, caller);
      return knocks;
    },
    gone(node, legId) {
      nodes.get(node)?.delete(legId);
    },
    nodeGone(node) {
      nodes.delete(node);
    },
  };
}
