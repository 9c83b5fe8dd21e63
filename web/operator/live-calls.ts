/**
 * The live calls as the page knows them: lists that are read now and then, and events in between.
 * A row is told of its own changes alone, so that 500 calls are not drawn anew for one of them.
 */
import type { CallSummary } from '../../src/http/call-schemas.ts';

export interface CallEvent {
  readonly type: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the table shows of a call. Null: not known (yet). */
export interface LiveCall {
  readonly legId: string;
  readonly state: CallSummary['state'];
  readonly direction: CallSummary['direction'];
  readonly from: string | null;
  readonly isProtected: boolean;
  readonly callId: string | null;
  readonly supportCode: string | null;
  readonly startedAt: string;
  readonly engine: string | null;
  readonly trunk: string | null;
  readonly mos: number | null;
  readonly muted: boolean;
  readonly handRaised: boolean;
  readonly onHold: boolean;
  /** Waits for a person of the service desk, or is with one. */
  readonly desk: CallSummary['desk'];
}

export interface LiveCalls {
  /** True where a call came of which the list has more to say. */
  apply(event: CallEvent, now: number): boolean;
  /** A list that was asked for at `askedAt`. What events said since shortly before then stands. */
  replace(calls: readonly LiveCall[], askedAt: number): void;
  readonly get: (legId: string) => LiveCall | undefined;
  /**
   * Those who ask for a person and those who wait to be let in, longest first, and the others, newest
   * first: the same arrays until they change.
   */
  readonly asking: () => readonly string[];
  readonly waiting: () => readonly string[];
  readonly others: () => readonly string[];
  /** Of the orders. */
  readonly subscribe: (listener: () => void) => () => void;
  subscribeTo(legId: string, listener: () => void): () => void;
}

/** The store follows the events: a list may be older than what was just said. */
const listLagMs = 5_000;
const endedKeptMs = 60_000;

const switched: Readonly<Record<string, Partial<LiveCall>>> = {
  'call.muted': { muted: true },
  'call.unmuted': { muted: false },
  'call.hand-raised': { handRaised: true },
  'call.hand-lowered': { handRaised: false },
  'call.held': { onHold: true },
  'call.resumed': { onHold: false },
  'call.desk-called': { desk: 'called' },
  'call.desk-answered': { desk: 'answered' },
  'call.desk-over': { desk: null },
};

export const toLiveCall = (call: CallSummary): LiveCall => ({
  legId: call.legId,
  state: call.state,
  direction: call.direction,
  from: call.direction === 'outbound' ? call.to : call.from,
  isProtected: call.protectedIdentity,
  callId: call.callId,
  supportCode: call.supportCode,
  startedAt: call.startedAt,
  engine: call.engine,
  trunk: call.trunk,
  mos: call.mos,
  muted: call.muted,
  handRaised: call.handRaised,
  onHold: call.onHold,
  desk: call.desk,
});

type Group = 'asking' | 'waiting' | 'others';

function groupOf({ desk, state }: LiveCall): Group {
  if (desk !== null) return 'asking';
  return state === 'waiting' ? 'waiting' : 'others';
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const states: readonly CallSummary['state'][] = ['ringing', 'ivr', 'waiting', 'joined', 'ended'];

function fromEvent({ data, at }: CallEvent, known: LiveCall | undefined): LiveCall | undefined {
  const legId = textOrNull(data['legId']);
  const state = states.find((each) => each === data['state']);
  if (legId === null || state === undefined) return undefined;
  const direction = data['direction'] === 'outbound' ? 'outbound' : 'inbound';
  return {
    legId,
    state,
    direction,
    from: known?.from ?? (direction === 'inbound' ? textOrNull(data['from']) : null),
    isProtected: known?.isProtected ?? false,
    callId: textOrNull(data['callId']) ?? known?.callId ?? null,
    supportCode: textOrNull(data['supportCode']) ?? known?.supportCode ?? null,
    startedAt: textOrNull(data['startedAt']) ?? known?.startedAt ?? at,
    engine: known?.engine ?? null,
    trunk: known?.trunk ?? null,
    mos: known?.mos ?? null,
    muted: known?.muted ?? false,
    handRaised: known?.handRaised ?? false,
    onHold: known?.onHold ?? false,
    desk: known?.desk ?? null,
  };
}

export function createLiveCalls(): LiveCalls {
  const calls = new Map<string, LiveCall>();
  const toldAt = new Map<string, number>();
  const endedAt = new Map<string, number>();
  const listeners = new Set<() => void>();
  const rowListeners = new Map<string, Set<() => void>>();
  let order: Readonly<Record<Group, readonly string[]>> | undefined;
  let orderChanged = false;

  function put(call: LiveCall): void {
    const before = calls.get(call.legId);
    if (before !== undefined && isSame(before, call)) return;
    calls.set(call.legId, call);
    const moved =
      before === undefined ||
      before.startedAt !== call.startedAt ||
      groupOf(before) !== groupOf(call);
    if (moved) forgetOrder();
    for (const listener of rowListeners.get(call.legId) ?? []) listener();
  }

  function remove(legId: string): void {
    if (!calls.delete(legId)) return;
    toldAt.delete(legId);
    forgetOrder();
  }

  function forgetOrder(): void {
    order = undefined;
    orderChanged = true;
  }

  /** Whoever shows the table looks only where its order changed. */
  function tell(): void {
    if (!orderChanged) return;
    orderChanged = false;
    for (const listener of listeners) listener();
  }

  function sorted(): NonNullable<typeof order> {
    if (order !== undefined) return order;
    const byStart = [...calls.values()].sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
    const idsOf = (group: Group): string[] =>
      byStart.filter((call) => groupOf(call) === group).map(({ legId }) => legId);
    order = {
      asking: idsOf('asking').reverse(),
      waiting: idsOf('waiting').reverse(),
      others: idsOf('others'),
    };
    return order;
  }

  return {
    apply(event, now) {
      const { legId } = event.data;
      if (typeof legId !== 'string' || !event.type.startsWith('call.')) return false;
      const known = calls.get(legId);
      if (event.type === 'call.ended') {
        endedAt.set(legId, now);
        remove(legId);
        tell();
        return false;
      }
      const call = fromEvent(event, known);
      if (call === undefined || endedAt.has(legId)) return false;
      toldAt.set(legId, now);
      put({ ...call, ...switched[event.type] });
      tell();
      return known === undefined;
    },
    replace(list, askedAt) {
      for (const [legId, at] of endedAt) if (askedAt - at > endedKeptMs) endedAt.delete(legId);
      const isFresh = (legId: string): boolean => (toldAt.get(legId) ?? 0) > askedAt - listLagMs;
      const listed = new Set(list.map(({ legId }) => legId));
      for (const legId of [...calls.keys()])
        if (!listed.has(legId) && !isFresh(legId)) remove(legId);
      for (const call of list) {
        if (endedAt.has(call.legId)) continue;
        const known = calls.get(call.legId);
        if (known === undefined || !isFresh(call.legId)) put(call);
        else put({ ...call, ...told(known), callId: known.callId ?? call.callId });
      }
      tell();
    },
    get: (legId) => calls.get(legId),
    asking: () => sorted().asking,
    waiting: () => sorted().waiting,
    others: () => sorted().others,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    subscribeTo(legId, listener) {
      const those = rowListeners.get(legId) ?? new Set();
      rowListeners.set(legId, those.add(listener));
      return () => {
        those.delete(listener);
        if (those.size === 0) rowListeners.delete(legId);
      };
    },
  };
}

/** What events say of a call. */
const told = ({ state, muted, handRaised, onHold, desk }: LiveCall) => ({
  state,
  muted,
  handRaised,
  onHold,
  desk,
});

function isSame(one: LiveCall, other: LiveCall): boolean {
  const right: Readonly<Record<string, unknown>> = { ...other };
  return Object.entries(one).every(([key, value]) => right[key] === value);
}
