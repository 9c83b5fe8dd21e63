/** In which meetings a phone is host, on this node and on each other one: a host opens for the callers of all nodes. */
import type { HostPresenceChange } from '../call/host-watch.ts';
import type { CallId, NodeId } from '../call/identifiers.ts';

export interface HostPresence {
  /** A call of this node changed: whether a phone here is host in its meeting now. */
  here(callId: CallId, change: HostPresenceChange): void;
  /** What another node said. */
  elsewhere(node: NodeId, callId: CallId, change: HostPresenceChange): void;
  /** The node is gone, and its hosts with it. */
  nodeGone(node: NodeId): void;
  /** Says once more what is true of this node. */
  sayAgain(): void;
}

export interface HostPresenceDeps {
  readonly tell: (callId: CallId, change: HostPresenceChange) => void;
  /** The last host on this other node left, or the first one came. */
  readonly changed: (node: NodeId, callId: CallId, change: HostPresenceChange) => void;
}

export function createHostPresence({ tell, changed }: HostPresenceDeps): HostPresence {
  const own = new Set<CallId>();
  const others = new Map<NodeId, Set<CallId>>();

  return {
    here(callId, change) {
      const isPresent = change === 'present';
      if (isPresent === own.has(callId)) return;
      if (isPresent) own.add(callId);
      else own.delete(callId);
      tell(callId, change);
    },
    elsewhere(node, callId, change) {
      const hosted = others.get(node) ?? new Set();
      const isPresent = change === 'present';
      if (isPresent === hosted.has(callId)) return;
      others.set(node, hosted);
      if (isPresent) hosted.add(callId);
      else hosted.delete(callId);
      changed(node, callId, change);
    },
    nodeGone(node) {
      const hosted = others.get(node) ?? [];
      others.delete(node);
      for (const callId of hosted) changed(node, callId, 'lost');
    },
    sayAgain() {
      for (const callId of own) tell(callId, 'present');
    },
  };
}
