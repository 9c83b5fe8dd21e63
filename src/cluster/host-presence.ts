/** In which meetings a phone is host, on this node and on the others: a host lets in the callers of all nodes. */
import type { CallId, NodeId } from '../call/identifiers.ts';

export interface HostPresence {
  /** A call of this node changed; `present`: whether a phone here is host in its meeting now. */
  here(callId: CallId, present: boolean): void;
  /** What another node said. */
  elsewhere(node: NodeId, callId: CallId, present: boolean): void;
  /** The node is gone, and its hosts with it. */
  nodeGone(node: NodeId): void;
  /** Says once more what is true of this node. */
  sayAgain(): void;
}

export interface HostPresenceDeps {
  readonly tell: (callId: CallId, present: boolean) => void;
  /** The last host of other nodes left, or the first one came. */
  readonly changed: (callId: CallId, present: boolean) => void;
}

export function createHostPresence({ tell, changed }: HostPresenceDeps): HostPresence {
  const own = new Set<CallId>();
  const others = new Map<CallId, Set<NodeId>>();

  function leave(node: NodeId, callId: CallId): void {
    const nodes = others.get(callId);
    if (nodes?.delete(node) !== true || nodes.size > 0) return;
    others.delete(callId);
    changed(callId, false);
  }

  return {
    here(callId, present) {
      if (present === own.has(callId)) return;
      if (present) own.add(callId);
      else own.delete(callId);
      tell(callId, present);
    },
    elsewhere(node, callId, present) {
      if (!present) {
        leave(node, callId);
        return;
      }
      const nodes = others.get(callId);
      nodes?.add(node);
      if (nodes !== undefined) return;
      others.set(callId, new Set([node]));
      changed(callId, true);
    },
    nodeGone(node) {
      for (const callId of Array.from(others.keys())) leave(node, callId);
    },
    sayAgain() {
      for (const callId of own) tell(callId, true);
    },
  };
}
