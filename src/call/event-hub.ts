/**
 * The last events of all nodes, and who listens to them. The ring is bounded: who was away for too
 * long is told so, and reads the lists anew.
 */
import type { GatewayEvent, NewEvent } from './gateway-event.ts';

export interface EventHub {
  /** Of this node: told here, to the other nodes and to `onOwn`. */
  readonly publish: (event: NewEvent) => void;
  /** Of another node. */
  readonly heard: (event: GatewayEvent) => void;
  /** Events of other nodes may have been missed: nobody can resume from before. */
  readonly missed: () => void;
  /** The events that this node has to see to, such as for webhooks. */
  onOwn(listener: (event: GatewayEvent) => void): void;
  /**
   * From after `after`, or from now on. `complete`: nothing between is missing. The nodes may have
   * heard of events in another order: who comes from another node (`here` is false) gets those of
   * the last moments again rather than none.
   */
  listen(
    from: { readonly after: string; readonly here: boolean } | undefined,
    listener: EventListener,
  ): { readonly complete: boolean; readonly stop: () => void };
  readonly listeners: number;
}

export interface EventListener {
  event(event: GatewayEvent): void;
  /** Something is missing before whatever comes next. */
  gap(): void;
}

export interface EventHubDeps {
  /** Unique over the lives of all nodes, and no secret. */
  readonly lifeId: string;
  readonly tellOthers: (event: GatewayEvent) => void;
  readonly capacity?: number;
}

const defaultCapacity = 2_000;
/** Events of one moment may have come in another order elsewhere. */
const overlapMs = 2_000;
const sequenceCharacters = 8;

export function createEventHub({ lifeId, tellOthers, ...deps }: EventHubDeps): EventHub {
  const capacity = deps.capacity ?? defaultCapacity;
  let ring: GatewayEvent[] = [];
  let sequence = 0;
  const owners: ((event: GatewayEvent) => void)[] = [];
  const listeners = new Set<EventListener>();

  function keep(event: GatewayEvent): void {
    ring.push(event);
    // In steps: moving the whole ring for each event would cost more than it saves.
    if (ring.length > capacity * 1.5) ring = ring.slice(-capacity);
    for (const listener of listeners) listener.event(event);
  }

  function since(from: {
    readonly after: string;
    readonly here: boolean;
  }): GatewayEvent[] | undefined {
    const at = ring.findIndex(({ eventId }) => eventId === from.after);
    const last = ring[at];
    if (last === undefined) return undefined;
    if (from.here) return ring.slice(at + 1);
    const first = ring.findIndex((event) => event.at >= last.at - overlapMs);
    return ring.slice(first).filter((event) => event !== last);
  }

  return {
    publish(event) {
      sequence += 1;
      const number = sequence.toString(36).padStart(sequenceCharacters, '0');
      const own: GatewayEvent = { eventId: `${lifeId}-${number}`, ...event };
      keep(own);
      tellOthers(own);
      for (const owner of owners) owner(own);
    },
    heard: keep,
    missed() {
      ring = [];
      for (const listener of listeners) listener.gap();
    },
    onOwn(listener) {
      owners.push(listener);
    },
    listen(from, listener) {
      const missing = from === undefined ? [] : since(from);
      for (const event of missing ?? []) listener.event(event);
      listeners.add(listener);
      return {
        complete: missing !== undefined,
        stop: () => {
          listeners.delete(listener);
        },
      };
    },
    get listeners() {
      return listeners.size;
    },
  };
}
